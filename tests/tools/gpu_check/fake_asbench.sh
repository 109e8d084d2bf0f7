#!/bin/sh
# Stands for asbench and its neighbours in the tests of tools/gpu_check; $FAKE holds what it "computes". A file
# $FAKE/broken names a command that ends with 3.
name=$(basename "$0")
out='' device=cpu cpu=1 last=''
for word in "$@"; do
  case $last in --out) out=$word ;; --device) device=$word ;; esac
  last=$word
done
[ "$device" = cpu ] || cpu=0
echo "$name $*" >>"$FAKE/log"
[ "$(cat "$FAKE/broken" 2>/dev/null)" != "$1" ] || { echo "it broke" >&2; exit 3; }
case $name:$1 in
  asbench:--version) printf 'asbench 0.0.0\nCUDA yes, cuda:0 (a fake)\n' ;;
  asbench:generate) for ip in 0 1; do mkdir -p "$out/ip$ip/1"; for i in 1 2 3 4; do echo "$ip $i" >"$out/ip$ip/1/shot_0$i.mp4"; done; done ;;
  asbench:component) cp "$FAKE/features.safetensors" "$out" ;;
  asbench:features)
    case "$device $*" in
      *cuda:97*) echo "there is 1 GPU, numbered from 0" >&2; exit 2 ;;
      *"--precision bf16"*) [ $cpu = 0 ] || { echo "the CPU computes in float32 alone: add --device cuda" >&2; exit 2; } ;;
    esac
    [ "$device" != cuda ] || { printf 'asbench: no GPU\nException raised from here: frame #0\n' >&2; exit 134; }
    cp "$FAKE/features.npy" "$out" ;;
  asbench:score) cp "$FAKE/score.json" "$out" ;;
  asbench_seeded_checkpoint:*) for word in "$@"; do last=$word; done; mkdir -p "$last" ;;
  similarity_benchmark:*) cat "$FAKE/search.json" ;;
  *) echo "fake: $name $1?" >&2; exit 4 ;;
esac
