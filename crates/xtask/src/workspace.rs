//! Where things lie in this project.
//! Paths only; nothing here reads or writes.

use std::path::PathBuf;

/// The project's root.
pub(crate) fn root() -> PathBuf {
    // `cargo xtask` says where it runs, which stays right when the folder was moved after it was built. A test that
    // starts this binary itself says the folder of its own package, hence the look at the name.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|folder| folder.ends_with("crates/xtask"));
    let own = own.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    own.ancestors().nth(2).map(PathBuf::from).unwrap_or(own)
}

/// Everything that is built. One fixed place, so that the gateway and the tests find it without asking.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// A folder of its own for the wasm build: its toolchain can be another one, and would throw the native build away.
pub(crate) fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// Tools that `cargo install` put there. Not `~/.cargo/bin`: the versions are this project's, not the person's.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// One of those tools.
pub(crate) fn tool(name: &str) -> PathBuf {
    tools().join("bin").join(name)
}

/// What `npm ci` installed.
pub(crate) fn node_tool(name: &str) -> PathBuf {
    root().join("node_modules/.bin").join(name)
}

/// The widget as the gateway serves it.
pub(crate) fn assets() -> PathBuf {
    target().join("regcard-assets")
}

/// The bucket's binary, as `cargo build` leaves it.
pub(crate) fn bucket() -> PathBuf {
    target().join("debug/regcard-bucket")
}

/// The gateway's binary, as `cargo build` leaves it.
pub(crate) fn gateway(profile: &str) -> PathBuf {
    target().join(profile).join("regcard")
}
