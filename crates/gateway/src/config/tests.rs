//! The commented file says what the gateway does, and whatever is wrong is told with its name and what to do.

use std::collections::BTreeSet;

use super::*;

fn uncommented(text: &str, start: &str) -> String {
    let setting = |line: &&str| {
        line.strip_prefix(start).is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '['))
    };
    text.lines().filter(setting).map(|line| line.trim_start_matches('#')).collect::<Vec<_>>().join("\n")
}

fn faults(text: &str) -> Vec<String> {
    of_text(text).err().map(|faults| faults.0.iter().map(Fault::to_string).collect()).unwrap_or_default()
}

#[test]
fn the_commented_file_holds_the_defaults() {
    let defaults = of_text("").unwrap();
    let written = of_text(&uncommented(COMMENTED, "#")).unwrap();
    // Written out, the operator's address is somebody's choice.
    let chosen = Settings { operator: written.operator, ..defaults };
    assert_eq!(format!("{written:?}"), format!("{chosen:?}"));
    assert_eq!(written.operator.unwrap().listen, of_text("").unwrap().operator.unwrap().listen);
    assert!(faults(COMMENTED).is_empty(), "as it is delivered it changes nothing");
}

#[test]
fn every_setting_is_read_and_stands_in_the_commented_file() {
    let mut all = AllGiven::default();
    all.file(Path::new("x"), "");
    let (_, reader) = read(all);
    let asked: BTreeSet<&str> = reader.asked.into_iter().collect();
    // Of a secret's two settings the file is asked for first; the other one if there is no file.
    assert_eq!(asked, BTreeSet::from_iter(SETTINGS.iter().copied()));
    let (mut section, mut written) = (String::new(), BTreeSet::new());
    for line in COMMENTED.lines().filter(|line| line.starts_with('#')) {
        let line = line.trim_start_matches('#');
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((name, _)) = line.split_once(" = ").filter(|(name, _)| !name.contains(' ')) {
            written.insert(format!("{section}{name}"));
        }
    }
    assert_eq!(written, SETTINGS.iter().map(|setting| (*setting).to_owned()).collect());
}

#[test]
fn what_is_wrong_is_told_by_line_name_and_hint() {
    for (text, told) in [
        ("publc_url = 'https://a.example'", "regcard.toml:1: publc_url: there is no such setting; did you mean public_url?"),
        ("\n[operater]\nlisten = '127.0.0.1:1'", "regcard.toml:2: operater: there is no such section; did you mean operator.listen?"),
        ("[operator]\nlisen = '127.0.0.1:1'", "regcard.toml:2: operator.lisen: there is no such setting; did you mean operator.listen?"),
        ("[colours]\nsky = 'blue'", "colours: there is no such section; there are "),
        ("sky = 'blue'", "sky: there is no such setting; docs/operating.md"),
        ("operator = 5", "operator: is a section, not a setting; write [operator]"),
        ("[listen]\nport = 1", "listen: is a setting, not a section"),
        ("trusted = ['10.0.0.0/8']", "trusted: there is no such setting; did you mean proxies.trusted?"),
        ("data", "regcard.toml:1: this cannot be read"),
        ("data = x", "regcard.toml:1: this cannot be read"),
        ("data = 'a'\n\ndata = 'b'", "regcard.toml:3: this cannot be read"),
        ("data = ''", "data: is empty"),
        ("data = 5", "data: is a number; it is a text"),
        ("forms = ['a']", "forms: is a list"),
        ("assets = true", "assets: is true or false"),
        ("listen = 'localhost:8787'", "listen: \"localhost:8787\" is no address with a port; write numbers"),
        ("listen = '127.0.0.1'", "listen: \"127.0.0.1\" is no address with a port"),
        ("listen = '127.0.0.1:99999'", "is no address with a port"),
        ("listen = 8787", "listen: is a number"),
        (
            "public_url = 'https://a.example/path'",
            "public_url: \"https://a.example/path\" is no address for a gateway; scheme, host and port alone",
        ),
        ("public_url = 'a.example'", "is no address for a gateway"),
        ("public_url = 'ftp://a.example'", "is no address for a gateway"),
        ("public_url = 'https://me:pass@a.example'", "is no address for a gateway"),
        ("card_max_age = -1", "card_max_age: is no number that can be used here; it is a whole number from 0 to 86400"),
        ("card_max_age = 86401", "card_max_age: is no number"),
        ("card_max_age = 1.5", "card_max_age: is no number"),
        ("card_max_age = 'soon'", "card_max_age: is no number"),
        ("shutdown_notice = 21", "shutdown_notice: is no number"),
        ("allow_private_upstreams = 'perhaps'", "allow_private_upstreams: is neither true nor false"),
        ("allow_private_webhooks = 2", "allow_private_webhooks: is neither"),
        ("[budgets]\naddress_factor = 0", "budgets.address_factor: is no number"),
        ("[limits]\nconnections = 0", "limits.connections: is no number"),
        ("[limits]\nconnections_per_address = '64 of them'", "limits.connections_per_address: is no number"),
        ("[limits]\nrequests = 1000000", "limits.requests: is no number"),
        ("[operator]\nlisten = '9787'", "operator.listen: \"9787\" is no address with a port"),
        ("[operator]\ndisk_free_percent = 101", "operator.disk_free_percent: is no number"),
        ("[proxies]\ntrusted = '10.0.0.0/8'", "proxies.trusted: is a text; it is a list"),
        ("[proxies]\ntrusted = ['10.0.0.1/8']", "\"10.0.0.1/8\" is an address within a network; the network is 10.0.0.0/8"),
        ("[proxies]\ntrusted = ['0.0.0.0/0']", "trusts everybody"),
        ("[proxies]\ntrusted = ['proxy.example']", "\"proxy.example\" is no network"),
        ("[proxies]\ntrusted = [10]", "proxies.trusted: is a list of other things"),
        ("[proxies]\nheader = 'x-real-ip'", "\"x-real-ip\" is no header that is understood"),
        ("[store]\npostgres = 'mysql://a.example/b'", "store.postgres: is no address of a PostgreSQL database"),
        ("[store]\npostgres = 'postgres://a.example'", "store.postgres: is no address"),
        (
            "[store]\npostgres = 'postgres://me:hunter2@a.example/b'",
            "store.postgres: holds a secret, which has no place here; put it into a file and name that by store.postgres_file, or into the environment as REGCARD_STORE_POSTGRES",
        ),
        ("[store]\npostgres_file = '/nowhere/at/all'", "store.postgres_file: /nowhere/at/all: "),
        ("[store]\npostgres = 'postgres://a/b'\npostgres_file = '/x'", "store.postgres_file: store.postgres is given as well"),
        ("[receipts.s3]\nbucket = 'shop'", "receipts.s3.endpoint: is missing"),
        ("[receipts.s3]\nendpoint = 'https://s3.example'", "receipts.s3.bucket: is missing"),
        ("[receipts.s3]\nbucket = 'The Shop'", "\"The Shop\" is no name of a bucket"),
        ("[receipts.s3]\nendpoint = 's3.example'", "\"s3.example\" is no address of an object store"),
        ("[receipts.s3]\nendpoint = 'https://s3.example'\nbucket = 'shop'", "receipts.s3.access_key: is missing; name a file"),
        ("[receipts.s3]\nsecret_key = 'hunter2'", "receipts.s3.secret_key: holds a secret"),
        ("[mail]\nsmtp = 'smtps://me:hunter2@mail.example'", "mail.smtp: holds a secret"),
        ("[mail]\nsmtp = 'https://mail.example'\nfrom = 'a@b.example'", "mail.smtp: is no address of a mail server"),
        ("[mail]\nsmtp = 'smtps://mail.example'", "mail.from: is missing"),
        ("[mail]\nfrom = 'a@b.example'", "mail.smtp: is missing"),
        ("[mail]\nsmtp = 'smtps://mail.example'\nfrom = 'the shop'", "mail.from: \"the shop\" is no sender"),
        ("[log]\nformat = 'xml'", "log.format: \"xml\" is no format"),
        ("\n[mail]\n", "regcard.toml:2: mail.smtp: is missing"),
        ("[mail]\n", "mail.from: is missing"),
        ("\n\n[store]\n", "regcard.toml:3: store.postgres: is missing; name a file"),
        ("[receipts.s3]\n", "receipts.s3.bucket: is missing"),
        ("[receipts]\n", "receipts.s3.endpoint: is missing"),
        ("[log]\nfilter = 'inof'", "log.filter: \"inof\" is no filter"),
        ("[log]\nfilter = 'info,regcard_gateway'", "is no filter; it is a level"),
        ("[log]\nfilter = 'info,regcard_gateway=debgu'", "is no filter; it is a level"),
        ("[log]\nfilter = 'loud=yes=no'", "log.filter: \"loud=yes=no\" is no filter"),
        ("[log]\nlevel = 'info'", "log.level: there is no such setting"),
    ] {
        let all = faults(text);
        assert!(all.iter().any(|fault| fault.contains(told)), "{text}: {all:?}");
        assert!(all.iter().all(|fault| !fault.contains("hunter2")), "{all:?}");
    }
}

#[test]
fn a_section_that_needs_nothing_may_be_empty_and_a_filter_is_levels_by_module() {
    for text in ["[log]\n", "[limits]\n[proxies]\n[budgets]\n[operator]\n"] {
        assert!(of_text(text).is_ok(), "{text}");
    }
    for filter in ["WARN", "off", "info,regcard_gateway=debug", "regcard_gateway=trace", "info,[request{id=1}]=debug"] {
        assert_eq!(of_text(&format!("[log]\nfilter = '{filter}'")).unwrap().log.filter, filter);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    assert_eq!(faults("data = ''\nlisten = 5\n[log]\nformat = 'xml'\n[nowhere]\nx = 1\n").len(), 4);
}

fn with(text: &str, variables: &[(&str, &str)], flags: &[(&'static str, &'static str, &str)]) -> Result<Settings, Faults> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    fs::write(&file, text).unwrap();
    let flags = flags.iter().map(|(setting, flag, value)| (*setting, *flag, Some((*value).to_owned()))).collect();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    load_from(CommandLine { file: Some(file), without_file: false, flags }, variables)
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let port = |variables: &[(&str, &str)], flags: &[(&'static str, &'static str, &str)]| {
        with("listen = '127.0.0.1:1'", variables, flags).unwrap().listen.port()
    };
    let environment = ("REGCARD_LISTEN", "127.0.0.1:2");
    assert_eq!(port(&[], &[]), 1);
    assert_eq!(port(&[environment], &[]), 2);
    assert_eq!(port(&[environment], &[("listen", "listen", "127.0.0.1:3")]), 3);
    assert_eq!(port(&[("REGCARD_LISTEN", "")], &[]), 1, "an empty variable is none");
}

#[test]
fn the_environment_says_the_same_in_its_own_way() {
    let settings = with(
        "[operator]\nlisten = '127.0.0.1:1'",
        &[
            ("REGCARD_PROXIES_TRUSTED", "10.0.0.0/8, fd00::/8"),
            ("REGCARD_OPERATOR_LISTEN", ""),
            ("REGCARD_LOG", "debug"),
            ("REGCARD_LOG_FORMAT", "json"),
            ("REGCARD_ALLOW_PRIVATE_UPSTREAMS", "true"),
            ("REGCARD_LIMITS_REQUESTS", "7"),
            ("REGCARD_STORE_POSTGRES", "postgres://me:hunter2@a.example/b"),
            ("REGCARD_SOMETHING_ELSE", "x"),
        ],
        &[],
    )
    .unwrap();
    assert!(settings.proxies.is_proxy([10, 1, 2, 3].into()) && settings.operator.is_none() && settings.allow_private_upstreams);
    assert_eq!((settings.log.filter.as_str(), settings.log.format, settings.crowd.requests), ("debug", LogFormat::Json, 7));
    assert!(matches!(settings.store, Store::Postgres(_)) && !format!("{settings:?}").contains("hunter2"));
}

#[test]
fn faults_name_the_variable_the_flag_and_the_file() {
    let all = with(
        "",
        &[("REGCARD_LISTEN", "here"), ("REGCARD_OPERATOR_LISTN", "x"), ("REGCARD_PROXIES_TRUSTED", "10.0.0.0/8,x")],
        &[("card_max_age", "card-max-age", "soon")],
    );
    let all = all.unwrap_err().to_string();
    for told in [
        "the environment's REGCARD_LISTEN: listen: \"here\"",
        "REGCARD_OPERATOR_LISTN: there is no such variable; did you mean REGCARD_OPERATOR_LISTEN?",
        "the environment's REGCARD_PROXIES_TRUSTED: proxies.trusted: \"x\"",
        "--card-max-age: card_max_age: is no number",
    ] {
        assert!(all.contains(told), "{told}: {all}");
    }
    let missing = load_from(CommandLine { file: Some("/nowhere/regcard.toml".into()), ..CommandLine::default() }, Vec::new()).unwrap_err();
    assert!(missing.to_string().contains("/nowhere/regcard.toml"), "{missing}");
}

#[test]
fn secrets_are_read_from_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (access, secret, empty) = (file("access", "AKIA1\n"), file("secret", "hunter2\n"), file("empty", "\n"));
    let text = |secret: &str| {
        format!(
            "[receipts.s3]\nendpoint = 'https://s3.example'\nbucket = 'shop'\naccess_key_file = '{access}'\nsecret_key_file = '{secret}'\n"
        )
    };
    let settings = of_text(&text(&secret)).unwrap();
    assert!(matches!(&settings.receipts, Receipts::S3(bucket) if bucket.bucket == "shop" && bucket.region == "us-east-1"));
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert!(faults(&text(&empty))[0].contains("holds no secret"));
}
