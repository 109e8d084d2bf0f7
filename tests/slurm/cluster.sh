#!/usr/bin/env bash
# A Slurm cluster of one machine, without systemd, for tests.
#
#   cluster.sh start DIR [CPUS]   munged, slurmctld and slurmd below DIR; prints nothing when it works. Exit code 77: it can't run here
#   cluster.sh stop DIR           ends what start began
#
# Then: SLURM_CONF=DIR/slurm.conf sbatch ... Everything listens on 127.0.0.1, on ports of its own; DIR holds keys, sockets and logs.
set -euo pipefail

command=${1:-}
folder=${2:-}
[ -n "$folder" ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2; }

skip() { printf 'no Slurm here: %s\n' "$*" >&2; exit 77; }

free_ports() { # two of them, one a line
  python3 -c 'import socket
held = [socket.socket() for _ in range(2)]
for one in held: one.bind(("127.0.0.1", 0))
for one in held: print(one.getsockname()[1])'
}

write_configuration() { # CPUS
  local ports
  mapfile -t ports < <(free_ports)
  cat >"$folder/slurm.conf" <<CONF
ClusterName=asbench
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SchedulerParameters=sched_interval=1,sched_min_interval=0
MinJobAge=300
KillWait=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
}

start_munge() {
  dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 2>/dev/null
  chmod 600 "$folder/munge.key"
  # A socket below a folder that others may enter is refused without --force; the folder is the test's own.
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge.seed" >"$folder/munged.out" 2>&1 ||
    skip "munged does not start: $(tail -n 1 "$folder/munged.out")"
}

wait_for_node() {
  local tries
  for tries in $(seq 100); do
    [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ] && return
    sleep 0.1
  done
  skip "the node does not become idle ($tries tries): $(tail -n 3 "$folder/slurmctld.log" "$folder/slurmd.log" 2>/dev/null | tr '\n' ' ')"
}

start() { # CPUS
  local program
  for program in munged slurmctld slurmd sbatch sinfo scontrol scancel python3; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || skip "$program is not installed"
  done
  [ "$(id -u)" = 0 ] || skip "its daemons start jobs for users, so they run as root"
  PATH=$PATH:/usr/sbin
  mkdir -p "$folder/state" "$folder/spool"
  write_configuration "$1"
  export SLURM_CONF=$folder/slurm.conf
  start_munge
  # -c: no state of an earlier start
  slurmctld -c >"$folder/slurmctld.out" 2>&1 || skip "slurmctld does not start: $(tail -n 1 "$folder/slurmctld.out")"
  slurmd -c >"$folder/slurmd.out" 2>&1 || skip "slurmd does not start: $(tail -n 1 "$folder/slurmd.out")"
  wait_for_node
}

stop() {
  local name pid
  for name in slurmd slurmctld munged; do
    [ -s "$folder/$name.pid" ] || continue
    pid=$(cat "$folder/$name.pid")
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.05
    done
    kill -9 "$pid" 2>/dev/null || true
  done
}

case $command in
  start) folder=$(mkdir -p "$folder" && cd "$folder" && pwd); start "${3:-2}" ;;
  stop) stop ;;
  *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
