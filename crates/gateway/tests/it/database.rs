//! A database of its own for a story, on the server that REGCARD_TEST_POSTGRES names; `cargo xtask test native` starts one and sets it.

use std::thread;

use postgres::{Config, NoTls};

/// A database, gone with this.
#[derive(Debug)]
pub(crate) struct Database {
    server: String,
    name: String,
    /// `postgres://…`
    pub(crate) url: String,
}

impl Database {
    pub(crate) fn create() -> Database {
        let server = std::env::var("REGCARD_TEST_POSTGRES").expect("REGCARD_TEST_POSTGRES names no server; run `cargo xtask test native`");
        let name = format!("regcard_{}", uuid::Uuid::new_v4().simple());
        tell(&server, format!("CREATE DATABASE {name}")).unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Database { url: url.into(), server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone took it along.
        let _dropped = tell(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// On a thread of its own: stories run within a runtime, and this client brings one along.
fn tell(server: &str, statement: String) -> Result<(), postgres::Error> {
    let config: Config = server.parse()?;
    thread::spawn(move || config.connect(NoTls)?.batch_execute(&statement)).join().unwrap()
}
