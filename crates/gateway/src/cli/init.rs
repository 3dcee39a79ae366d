//! `regcard init`: from nothing to a gateway that can be started, with a shop, its keys and what goes on the shop's page. Changes nothing
//! that is there already.

use std::fs;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::configuration::writable;
use super::keys::{self, Kind};
use super::{CliError, data_folder, print, secrets_of, tell};
use crate::clock::Clock;
use crate::config::{self, COMMENTED, CommandLine, DEFAULT_FILE, Settings};
use crate::embedding;
use crate::forms::is_slug;
use crate::origin::Origin;
use crate::scopes::Scopes;
use crate::store::{MerchantSettings, Store};

/// The form that comes along.
const FORM: &str = "product-registration";
const FORM_FILE: &str = include_str!("../../../../forms/product-registration.toml");

/// Set a gateway up. What is not given is asked for, if somebody sits there.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Where people will reach the gateway, as in https://register.shop.example.
    #[arg(long)]
    public_url: Option<String>,
    /// An origin of the shop's pages, as in https://shop.example; several times for several.
    #[arg(long = "origin")]
    origins: Vec<String>,
    /// The merchant's name for commands: small letters, digits and dashes. [default: shop]
    #[arg(long)]
    merchant: Option<String>,
    /// The merchant's name for people.
    #[arg(long)]
    name: Option<String>,
    /// The form; the one that comes along is put into the folder of forms.
    #[arg(long, default_value = FORM)]
    form: String,
    /// Also write the code for the box into this file.
    #[arg(long, value_name = "FILE")]
    qr_svg: Option<PathBuf>,
}

/// What was decided.
#[derive(Debug)]
struct Plan {
    file: PathBuf,
    settings: Settings,
    public_url: Origin,
    merchant: MerchantSettings,
    form: String,
}

impl Init {
    pub(super) async fn run(self, given: CommandLine, json: bool) -> Result<(), CliError> {
        let qr_svg = self.qr_svg.clone();
        let plan = self.plan(given)?;
        // Whatever may fail does so before there is a token that nobody has seen.
        plan.can_be_written(qr_svg.as_deref())?;
        write_form(&plan)?;
        let store = data_folder::open_or_make(&plan.settings)?;
        secrets_of(&plan.settings, &*store).await?;
        if store.merchant(plan.merchant.id.clone()).await?.is_some() {
            let id = &plan.merchant.id;
            return Err(CliError::Usage(format!(
                "there is a merchant \"{id}\" already, and nothing was changed; `regcard merchant put {id}` changes it, --merchant names another"
            )));
        }
        write_new(&plan.file, &configuration(&plan))?;
        let made = plan.store(&*store).await;
        let (key, token) = made.inspect_err(|_| {
            // It can be tried again then. That the file stays would be told by the next try.
            drop(fs::remove_file(&plan.file));
        })?;
        let page = embedding::hosted_page(plan.public_url.as_str(), &key, &plan.form);
        // First what cannot be had again.
        plan.show(&key, &token, &page, json)?;
        match qr_svg {
            Some(file) => write_new(&file, &embedding::code_as_svg(&page).unwrap_or_default()),
            None => Ok(()),
        }
    }

    /// Everything is decided, and judged, before anything is written.
    fn plan(self, given: CommandLine) -> Result<Plan, CliError> {
        let named = given.file.clone().or_else(|| std::env::var_os("REGCARD_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from));
        let file = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        if file.exists() {
            let file = file.display();
            return Err(CliError::Usage(format!(
                "{file} is there already, and nothing was changed; `regcard config check` looks at it, --config names another"
            )));
        }
        let settings = config::load(CommandLine { without_file: true, ..given })?;
        let origin = |option: &str, text: &str| {
            let hint = "scheme, host and port alone, as in https://shop.example";
            Origin::parse(text).ok_or_else(|| CliError::Usage(format!("{option}: \"{text}\" is no origin: {hint}")))
        };
        let public_url = match (&self.public_url, settings.public_url.clone()) {
            (None, Some(known)) => known,
            (given, _) => {
                let given = answer(given.clone(), "Where will people reach the gateway?", Some("http://127.0.0.1:8787"), "--public-url")?;
                origin("--public-url", &given)?
            }
        };
        let origins = match self.origins.as_slice() {
            [] => {
                let given = answer(None, "Where is the shop, as in https://shop.example?", None, "--origin")?;
                given.split(' ').map(|text| origin("--origin", text)).collect()
            }
            given => given.iter().map(|text| origin("--origin", text)).collect::<Result<Vec<_>, _>>(),
        }?;
        let id = answer(self.merchant, "What is the merchant called in commands?", Some("shop"), "--merchant")?;
        if let Some(wrong) = [&id, &self.form].into_iter().find(|name| !is_slug(name)) {
            return Err(CliError::Usage(format!("\"{wrong}\" is no name: small letters, digits and dashes, 64 at most")));
        }
        let name = answer(self.name, "And what do people call it?", Some(&id), "--name")?;
        let merchant = MerchantSettings { id, name: Some(name), origins, forms: vec![self.form.clone()], ..MerchantSettings::default() };
        Ok(Plan { file, settings, public_url, merchant, form: self.form })
    }
}

impl Plan {
    /// Whether there is room for the files that are to be made.
    fn can_be_written(&self, qr_svg: Option<&Path>) -> Result<(), CliError> {
        let form = self.settings.forms.join(format!("{}.toml", self.form));
        let files = [Some(self.file.as_path()), qr_svg, Some(form.as_path()).filter(|form| !form.exists())];
        for file in files.into_iter().flatten() {
            let fault = |source| CliError::Io { what: format!("{} cannot be written, and nothing was changed", file.display()), source };
            if file.symlink_metadata().is_ok() {
                return Err(fault(std::io::ErrorKind::AlreadyExists.into()));
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            // The folder of forms is made where it is missing; others are not.
            if file != form && !folder.is_dir() {
                return Err(fault(std::io::Error::new(std::io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()))));
            }
            writable(folder).map_err(fault)?;
        }
        Ok(())
    }

    /// The merchant and its two keys, as they are shown.
    async fn store(&self, store: &dyn Store) -> Result<(String, String), CliError> {
        let (now, id) = (Clock::System.millis(), self.merchant.id.clone());
        store.put_merchant(self.merchant.clone(), now).await?;
        let make = |kind| keys::create(store, &self.settings, id.clone(), kind, false, Scopes::ALL, now);
        Ok((make(Kind::Publishable).await?, make(Kind::Access).await?))
    }

    fn show(&self, key: &str, token: &str, page: &str, json: bool) -> Result<(), CliError> {
        let gateway = self.public_url.as_str();
        let (snippet, policy) = (embedding::snippet(gateway, key, &self.form), embedding::policy(gateway));
        if json {
            return print(
                &json!({
                    "config": self.file, "merchant": self.merchant.id, "publishableKey": key, "accessToken": token,
                    "snippet": snippet, "contentSecurityPolicy": policy, "hostedPage": page,
                })
                .to_string(),
            );
        }
        let code = embedding::code_as_text(page).unwrap_or_default();
        print(&format!(
            "access token: {token}\n\n\
             On the shop's page:\n\n{snippet}\n\nWhere that page has a content security policy, it has to allow:\n\n{policy}\n\n\
             For the box, {page}:\n\n{code}"
        ))?;
        tell(&format!("\n{} is written. `regcard config check` looks at it, `regcard serve` starts.", self.file.display()));
        Ok(())
    }
}

/// What was given, or what somebody types, or the default.
fn answer(given: Option<String>, question: &str, default: Option<&str>, flag: &str) -> Result<String, CliError> {
    if let Some(given) = given {
        return Ok(given);
    }
    let input = std::io::stdin();
    if !input.is_terminal() {
        return default.map(str::to_owned).ok_or_else(|| CliError::Usage(format!("{flag} is missing, and nobody is there to be asked")));
    }
    let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
    let fault = |source| CliError::Io { what: "the terminal".to_owned(), source };
    let mut output = std::io::stderr().lock();
    write!(output, "{question}{shown} ").and_then(|()| output.flush()).map_err(fault)?;
    let mut line = String::new();
    input.lock().read_line(&mut line).map_err(fault)?;
    match (line.trim(), default) {
        ("", Some(default)) => Ok(default.to_owned()),
        ("", None) => Err(CliError::Usage(format!("{flag} is needed"))),
        (typed, _) => Ok(typed.to_owned()),
    }
}

/// The commented file, with what was decided.
fn configuration(plan: &Plan) -> String {
    let mut text = COMMENTED.to_owned();
    let mut set = |line: &str, setting: String| text = text.replacen(&format!("\n{line}\n"), &format!("\n{setting}\n"), 1);
    set("##public_url = \"https://register.shop.example\"", format!("public_url = \"{}\"", plan.public_url));
    // A path is written so that TOML reads it as it is.
    let path = |path: &Path| toml::Value::from(path.display().to_string()).to_string();
    if plan.settings.data != Path::new("regcard-data") {
        set("#data = \"regcard-data\"", format!("data = {}", path(&plan.settings.data)));
    }
    if plan.settings.forms != Path::new("forms") {
        set("#forms = \"forms\"", format!("forms = {}", path(&plan.settings.forms)));
    }
    text
}

fn write_form(plan: &Plan) -> Result<(), CliError> {
    let path = plan.settings.forms.join(format!("{}.toml", plan.form));
    if path.exists() {
        return Ok(());
    }
    if plan.form != FORM {
        return Err(CliError::Usage(format!("there is no {}; only {FORM} comes along", path.display())));
    }
    fs::create_dir_all(&plan.settings.forms).map_err(|source| CliError::Io { what: plan.settings.forms.display().to_string(), source })?;
    write_new(&path, FORM_FILE)
}

/// Writes a file that must not be there yet.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let made = fs::OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    made.map_err(|source| CliError::Io { what: path.display().to_string(), source })
}
