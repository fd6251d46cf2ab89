#!/bin/sh
# Boot a small Debian in namespaces of its own: its systemd is process 1, sees this machine's kernel
# and nothing else of it. Run it as: unshare --mount sh boot.sh ROOTFS WORK DEPENDENCIES
#   ROOTFS        the system, left as it is: what is written goes to memory
#   WORK          an empty folder
#   DEPENDENCIES  a folder of Python packages, seen inside at /opt/dependencies
# Everything ends with process 1, which takes no notice of SIGTERM: end it with SIGKILL.
set -eu
rootfs=$1 work=$2 dependencies=$3
mount --make-rprivate /

# A control group of its own, from the unified hierarchy, whatever this machine uses itself:
# a systemd that saw the real one would tidy it up.
mkdir "$work/groups" "$work/written" "$work/root"
mount -t cgroup2 none "$work/groups"
mkdir "$work/groups/syncd-booted-$$"
echo "$work/groups/syncd-booted-$$" > "$work/group"
echo $$ > "$work/groups/syncd-booted-$$/cgroup.procs"

mount -t tmpfs -o size=1g tmpfs "$work/written"
mkdir "$work/written/upper" "$work/written/work"
mount -t overlay none "$work/root" \
  -o "lowerdir=$rootfs,upperdir=$work/written/upper,workdir=$work/written/work"
mkdir -p "$work/root/opt/dependencies"
mount --bind "$dependencies" "$work/root/opt/dependencies"
mount -o remount,bind,ro "$work/root/opt/dependencies"

exec unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child sh -eu -c '
  root=$1
  hostname booted
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t cgroup2 none "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  for name in null zero full random urandom tty; do
    : > "$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
  done
  mkdir "$root/dev/shm" "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  # Not chroot: a process in one may make no user namespace, and PrivateUsers= is one.
  cd "$root"
  mkdir .outside
  pivot_root . .outside
  umount -l .outside
  rmdir .outside
  # As on a machine: what process 1 mounts (credentials) its services see.
  mount --make-rshared /
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
' sh "$work/root"
