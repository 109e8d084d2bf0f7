#!/bin/sh
# What a CI job does (docs/ci.md): score two checkpoints' videos on the same stories, compare, leave the files that the job keeps.
# Ends with the exit code of `asbench compare`, or 9 when a step before it fails.
#   compare_in_ci.sh ASBENCH SPLIT BASE_VIDEOS CANDIDATE_VIDEOS WORK [further arguments of the candidate's scoring]
set -u
asbench=$1 split=$2 base=$3 candidate=$4 work=$5
shift 5
score="$asbench score --split $split --protocol demo --cache $work/features --no-frames"
mkdir -p "$work" || exit 9
$score --outputs "$base" --out "$work/base.json" >/dev/null || exit 9
$score --outputs "$candidate" --out "$work/candidate.json" "$@" >/dev/null || exit 9
"$asbench" compare "$work/base.json" "$work/candidate.json" --gate demo --format junit --out "$work/junit.xml" --csv "$work/stories.csv"
"$asbench" compare "$work/base.json" "$work/candidate.json" --gate demo --format markdown
