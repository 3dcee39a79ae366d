//! A gateway of a test's own, with data, forms and a merchant of its own, reached by way of the proxy.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::http::{self, Message};
use crate::proxy::Proxy;

/// Ended when this is dropped.
pub(crate) struct Gateway {
    child: Child,
    folder: Folder,
    /// The way to it.
    pub(crate) proxy: Proxy,
    /// What stands in pages.
    pub(crate) key: String,
    pub(crate) merchant: Merchant,
}

/// The merchant, who asks the registration API with the access token.
pub(crate) struct Merchant {
    pub(crate) api: String,
    pub(crate) token: String,
}

impl Gateway {
    /// Starts it, for pages of this origin.
    pub(crate) async fn start(origin: &str) -> Gateway {
        let folder = Folder::new();
        let forms = folder.path().join("forms");
        std::fs::create_dir(&forms).unwrap();
        for form in [FORM, EVERY_FIELD] {
            std::fs::copy(root().join("forms").join(form).with_extension("toml"), forms.join(form).with_extension("toml")).unwrap();
        }
        run(&folder, &["merchant", "put", "shop", "--name", "The shop", "--origin", origin, "--form", FORM, "--form", EVERY_FIELD]);
        let key = run(&folder, &["key", "create", "--merchant", "shop", "--kind", "publishable"]);
        let token = run(&folder, &["key", "create", "--merchant", "shop", "--kind", "access"]);
        let serials = root().join("www/shop/serials.csv");
        run(&folder, &["serials", "import", "--merchant", "shop", &serials.to_string_lossy()]);

        let proxy = Proxy::open().await;
        let mut command = command(&folder);
        command.args(["serve", "--listen", "127.0.0.1:0", "--card-max-age", "0", "--address-budget-factor", "1000"]);
        command.args(["--public-url", &proxy.origin()]).arg("--forms").arg(&forms);
        command.arg("--assets").arg(target().join("regcard-assets")).env("REGCARD_LOG", "warn");
        // How full the machine's disk is, is no part of a story.
        command.env("REGCARD_OPERATOR_DISK_FREE_PERCENT", "0");
        // Where the gateway stands, a day is another one for half of it than where most customers are.
        command.env("TZ", "Pacific/Honolulu");
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the gateway starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening: ").expect("the gateway listens").to_owned();
        proxy.lead_to(&url);
        let merchant = Merchant { api: format!("{url}/api"), token };
        Gateway { child, folder, proxy, key, merchant }
    }

    /// The script that a page carries.
    pub(crate) fn script_url(&self) -> String {
        format!("{}/v1/{}/regcard.js", self.proxy.origin(), self.key)
    }

    /// The script's element.
    pub(crate) fn script(&self) -> String {
        format!("<script async src=\"{}\"></script>", self.script_url())
    }

    /// The card's element, with the link inside.
    pub(crate) fn element(&self) -> String {
        format!("<reg-card product=\"Espresso Duo\"><a href=\"{}\">Register your product</a></reg-card>", self.hosted_page())
    }

    /// Loads serial numbers beside those of the shop.
    pub(crate) fn load(&self, serial_numbers: impl Iterator<Item = String>) {
        let lines: Vec<String> = serial_numbers.collect();
        let file = self.folder.file("serials.csv", format!("serialNumber\n{}\n", lines.join("\n")).as_bytes());
        run(&self.folder, &["serials", "import", "--merchant", "shop", &file.to_string_lossy()]);
    }

    pub(crate) fn hosted_page(&self) -> String {
        format!("{}/v1/forms/{}/{FORM}", self.proxy.origin(), self.key)
    }

    /// The form's file, which may be changed while the gateway runs.
    pub(crate) fn form_file(&self) -> PathBuf {
        self.folder.path().join("forms").join(FORM).with_extension("toml")
    }

    /// Where a test may put files of its own.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Merchant {
    /// The access token without its kind, which is no secret.
    pub(crate) fn secret(&self) -> &str {
        let secret = self.token.splitn(3, '_').last().unwrap_or_default();
        assert!(secret.len() > 20, "an access token has more to hide");
        secret
    }

    /// What is registered under an e-mail address.
    pub(crate) async fn registrations_of(&self, email: &str) -> Vec<Value> {
        let answer = self.ask("GET", &format!("/registrations?email={email}"), "").await;
        assert_eq!(answer.status(), 200, "{answer:?}");
        answer.json()["data"].as_array().expect("a list").clone()
    }

    /// Registers a serial number for somebody else.
    pub(crate) async fn register(&self, serial_number: &str) {
        let one = json!({
            "type": FORM, "customerName": "Ann Other", "customerEmail": "ann@example.org", "productName": "Espresso Duo",
            "serialNumbers": [serial_number], "purchaseDate": "2026-01-01",
        });
        let answer = self.ask("POST", "/registrations", &json!({ "registrations": [one] }).to_string()).await;
        assert!(matches!(answer.status(), 200 | 201), "{answer:?}");
    }

    /// Uploads a file as a shop's server does; answers where it is read.
    pub(crate) async fn upload(&self, file_type: &str, bytes: &[u8]) -> String {
        let path = format!("/upload_file?fileName=receipt&fileType={file_type}&fileSize={}", bytes.len());
        let granted = self.ask("GET", &path, "").await.json();
        let (address, url) = (granted["signedRequest"].as_str().unwrap(), granted["url"].as_str().unwrap());
        let answer = http::send("PUT", address, &[("content-type", file_type)], bytes).await;
        assert_eq!(answer.status(), 201, "{answer:?}");
        url.to_owned()
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> Message {
        let headers = [("authorization", &*format!("Bearer {}", self.token)), ("content-type", "application/json")];
        http::ask(method, &format!("{}{path}", self.api), &headers, body).await
    }
}

/// The form that is shipped, which is the key's default.
pub(crate) const FORM: &str = "product-registration";

/// The form that has a field of every kind.
pub(crate) const EVERY_FIELD: &str = "every-field";

/// The project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo builds: this test stands there itself.
fn target() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(3).expect("target/debug/deps/journey").to_owned()
}

fn command(folder: &Folder) -> Command {
    command_on(&folder.path().join("data"))
}

fn command_on(data: &Path) -> Command {
    let mut command = Command::new(target().join("debug/regcard"));
    command.arg("--data").arg(data).current_dir(root());
    command
}

fn run(folder: &Folder, words: &[&str]) -> String {
    answer(command(folder).args(words), words)
}

/// What a command of the gateway's prints about this data.
pub(crate) fn run_on(data: &Path, words: &[&str]) -> String {
    answer(command_on(data).args(words), words)
}

fn answer(command: &mut Command, words: &[&str]) -> String {
    let output = command.output().expect("the gateway's command starts");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
