#!/usr/bin/env bash
# Gives Debian the wasm32-unknown-unknown target without the Rust distribution server: Debian's own compiler and the
# sources of its standard library are packages; the library for wasm is built from them once and put into the compiler's
# sysroot. rustup then knows that compiler as the toolchain "wasm". As root; running it again does no harm.
# Not for machines where `rustup target add` works.
set -euo pipefail

target=wasm32-unknown-unknown
packages=(rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web lld-22)

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends "${missing[@]}"
fi

# By path: `rustc` and `cargo` alone are rustup's.
compiler=$(/usr/bin/rustc --version)
libraries=$(/usr/bin/rustc --print sysroot)/lib/rustlib/$target/lib
stamp=$libraries/.built-by

if [ "$(cat "$stamp" 2>/dev/null || true)" != "$compiler" ]; then
  seed=$(mktemp -d)
  trap 'rm -rf "$seed"' EXIT
  # An empty crate: only what cargo builds for it is wanted.
  mkdir "$seed/src"
  cat >"$seed/Cargo.toml" <<'MANIFEST'
[package]
name = "empty"
version = "0.0.0"
edition = "2024"
[profile.release]
panic = "abort"
MANIFEST
  echo '#![no_std]' >"$seed/src/lib.rs"
  # Building the standard library is not stable yet, which the first variable allows for this one call. `test` is the
  # harness of the component tests.
  (
    cd "$seed"
    unset RUSTUP_TOOLCHAIN CARGO_TARGET_DIR
    PATH=/usr/bin:$PATH RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
      /usr/bin/cargo build --release --target "$target" -Z build-std=std,panic_abort,test
  )
  rm -f "$seed/target/$target/release/deps"/libempty-*
  mkdir -p "$libraries"
  # An interrupted copy must not look like a finished one, so the stamp goes first and comes last.
  rm -f "$stamp" "$libraries"/*.rlib
  cp "$seed/target/$target/release/deps"/*.rlib "$libraries"/
  echo "$compiler" >"$stamp"
fi

rustup toolchain link wasm /usr
