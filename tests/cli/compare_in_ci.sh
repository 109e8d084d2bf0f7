#!/bin/sh
# What a CI job does (docs/ci.md): score two checkpoints' videos on the same stories, compare, leave the files that the job keeps.
# Whatever happens, WORK/comment.md says what came of it, and is printed. Ends with the exit code of `asbench compare`, or of the
# step before it that failed.
#   compare_in_ci.sh ASBENCH SPLIT BASE_VIDEOS CANDIDATE_VIDEOS WORK fail|zero [further arguments of the candidate's scoring]
set -u
asbench=$1 split=$2 base=$3 candidate=$4 work=$5 missing=$6
shift 6
mkdir -p "$work" || exit 9
end() { cat "$work/comment.md"; exit "$1"; }
score() { # score VIDEOS DOCUMENT [more]
  videos=$1 document=$2
  shift 2
  "$asbench" score --split "$split" --protocol demo --cache "$work/features" --no-frames --force --missing "$missing" \
    --outputs "$videos" --out "$work/$document" --format markdown --report "$work/comment.md" "$@" || end $?
}
score "$base" base.json
score "$candidate" candidate.json "$@"
"$asbench" compare "$work/base.json" "$work/candidate.json" --gate demo --format junit --out "$work/junit.xml" --csv "$work/stories.csv"
"$asbench" compare "$work/base.json" "$work/candidate.json" --gate demo --format markdown --out "$work/comment.md"
end $?
