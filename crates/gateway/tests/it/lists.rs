//! Lists that a merchant's spreadsheet wrote, and those that are written for it.
#![expect(clippy::unwrap_used, reason = "a story's own helpers: what cannot be done fails it")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::process::{Home, Process, folder, line, run};
use crate::shop::{FORM, photo, registration, registration_with};

fn json_of(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&line(folder, &[arguments, &["--json"]].concat())).unwrap()
}

fn import(folder: &Path, file: &str) -> Value {
    json_of(folder, &["serials", "import", "--merchant", "demo", file])
}

fn exported(folder: &Path, what: &str) -> String {
    line(folder, &[what, "export", "--merchant", "demo"])
}

fn shop() -> Home {
    let folder = folder();
    line(folder.path(), &["merchant", "put", "demo", "--name", "Demo", "--form", FORM]);
    folder
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(|unit: u16| unit.to_le_bytes()).collect()
}

#[test]
fn a_list_is_the_same_however_a_spreadsheet_wrote_it() {
    let rows = ["Ä-0001,00042,\"neu,vip\"", "000123,,", "123,,", "=SUM(1),,", "x y z,\"a;b\",two"];
    let list = |delimiter: &str, end: &str| {
        let rows = rows.map(|row| row.replace("\"neu,vip\"", "@").replace("\"a;b\"", "#").replace(',', delimiter));
        let text = format!("serialNumber{delimiter}sku{delimiter}customerTags{end}{}{end}", rows.join(end));
        text.replace('@', "\"neu,vip\"").replace('#', "\"a;b\"")
    };
    let cp1252 =
        |text: &str| text.chars().map(|character| if character == 'Ä' { 0xC4 } else { u8::try_from(character).unwrap() }).collect();
    let files: [(&str, Vec<u8>); 8] = [
        ("utf8.csv", list(",", "\n").into_bytes()),
        ("utf8-bom.csv", format!("\u{FEFF}{}", list(",", "\r\n")).into_bytes()),
        ("utf16le-tab.csv", utf16(&list("\t", "\r\n"))),
        ("cp1252-semicolon.csv", cp1252(&list(";", "\r\n"))),
        ("sep-line.csv", format!("sep=;\r\n{}", list(";", "\r\n")).into_bytes()),
        ("mac-cr.csv", list(",", "\r").into_bytes()),
        ("no-final-eol.csv", list(",", "\n").trim_end().as_bytes().to_vec()),
        ("headers.csv", list(",", "\n").replace("serialNumber,sku,customerTags", "Serial Number,SKU,Customer_Tags").into_bytes()),
    ];
    let mut first = None;
    for (name, bytes) in files {
        let folder = shop();
        fs::write(folder.path().join(name), bytes).unwrap();
        // As often as one likes.
        for _ in 0..2 {
            assert_eq!(import(folder.path(), name), json!({ "loaded": 5, "bad": 0 }), "{name}");
        }
        let written = exported(folder.path(), "serials");
        assert_eq!(written.lines().count(), 6);
        assert_eq!(first.get_or_insert_with(|| written.clone()), &written, "{name}");
    }
    let written = first.unwrap();
    assert!(written.starts_with("\u{FEFF}serialNumber,sku,customerTags,productName\r\n"));
    for row in ["Ä-0001,00042,\"neu,vip\",", "000123,,,", "123,,,", "'=SUM(1),,,", "xyz,a;b,two,"] {
        assert!(written.lines().any(|line| line == row), "{row}: {written}");
    }
    // What was written is read again as what it was.
    let folder = shop();
    fs::write(folder.path().join("again.csv"), &written).unwrap();
    assert_eq!(import(folder.path(), "again.csv"), json!({ "loaded": 5, "bad": 0 }));
    assert_eq!(exported(folder.path(), "serials"), written);
}

#[test]
fn a_bad_line_is_told_by_its_number_and_the_others_are_loaded() {
    let folder = shop();
    let csv = format!("serialNumber,sku\nSN-1,DUO\n..,\n\"SN\n-2\",x\n,x\nSN-3,{}\nSN-4,x,y\n,,\nSN-5,x\n", "x".repeat(256));
    fs::write(folder.path().join("serials.csv"), csv).unwrap();
    let output = run(folder.path(), &["serials", "import", "--merchant", "demo", "serials.csv", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["loaded"], &told["bad"], output.status.code()), (&json!(2), &json!(5), Some(3)), "{told}");
    let said = String::from_utf8(output.stderr).unwrap();
    let numbers: Vec<&str> = said.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(numbers, ["line 3", "line 4", "line 6", "line 7", "line 8", "regcard"], "{said}");
    assert!(said.ends_with("5 lines were left out\n"));
    let left_out = told["leftOut"].as_array().unwrap();
    assert_eq!(left_out[1], json!({ "line": 4, "why": "a line ends within the serial number" }));
    assert_eq!(left_out.iter().map(|one| one["line"].as_u64().unwrap()).collect::<Vec<_>>(), [3, 4, 6, 7, 8]);
}

#[test]
fn what_is_told_of_a_file_that_is_no_list_is_bounded() {
    let folder = shop();
    fs::write(folder.path().join("serials.csv"), format!("serialNumber\n{}SN-1\n", "..\n".repeat(150))).unwrap();
    let output = run(folder.path(), &["serials", "import", "--merchant", "demo", "serials.csv", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["loaded"], &told["bad"], told["leftOut"].as_array().unwrap().len()), (&json!(1), &json!(150), 100));
}

#[test]
fn a_quote_that_is_never_closed_takes_no_line_with_it_without_a_word() {
    let folder = shop();
    fs::write(folder.path().join("serials.csv"), "serialNumber,sku\nSN-1,\"two\nlines\"\nSN-2,\"12\nSN-3,x\nSN-4,x\n").unwrap();
    let output = run(folder.path(), &["serials", "import", "--merchant", "demo", "serials.csv", "--json"]);
    let why = "a quote (\") is opened here and never closed; nothing of this line and the 2 after it is read";
    assert_eq!(
        serde_json::from_slice::<Value>(&output.stdout).unwrap(),
        json!({ "loaded": 1, "bad": 1, "leftOut": [{ "line": 4, "why": why }] })
    );
    assert_eq!(output.status.code(), Some(3));
    assert!(exported(folder.path(), "serials").ends_with("SN-1,\"two\nlines\",,"), "a note may have lines");
    fs::write(folder.path().join("more.csv"), "serialNumber,sku\n\"SN-5\nSN-6\"\nSN-7,x\n").unwrap();
    let output = run(folder.path(), &["serials", "import", "--merchant", "demo", "more.csv"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("line 2: a line ends within the serial number"), "{said}");
    assert!(!exported(folder.path(), "serials").contains("SN-5"));
}

/// Whoever reads goes away after the first line, as `head -1` does.
#[test]
fn whoever_reads_no_further_is_no_fault() {
    let folder = shop();
    let numbers: String = (0..20_000).map(|number| format!("SN-{number:06}\n")).collect();
    fs::write(folder.path().join("serials.csv"), format!("serialNumber\n{numbers}")).unwrap();
    line(folder.path(), &["serials", "import", "--merchant", "demo", "serials.csv"]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_regcard"));
    command.env_clear().current_dir(folder.path()).args(["serials", "export", "--merchant", "demo"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
    assert!(first.contains("serialNumber"));
}

#[test]
fn an_emptied_cell_takes_away_what_it_held_and_a_column_that_is_not_there_does_not() {
    let folder = shop();
    for (csv, row) in [
        ("serialNumber,sku,customerTags\nSN-1,DUO,vip\n", "SN-1,DUO,vip,"),
        ("serialNumber\nSN-1\n", "SN-1,DUO,vip,"),
        ("serialNumber,customerTags\nSN-1,\n", "SN-1,DUO,,"),
        ("serialNumber,sku,productName\nSN-1,,Duo\n", "SN-1,,,Duo"),
    ] {
        fs::write(folder.path().join("serials.csv"), csv).unwrap();
        assert_eq!(import(folder.path(), "serials.csv"), json!({ "loaded": 1, "bad": 0 }));
        assert_eq!(exported(folder.path(), "serials").lines().nth(1), Some(row), "{csv}");
    }
}

#[test]
fn a_header_that_nobody_knows_is_answered_with_what_was_seen_and_nothing_is_loaded() {
    let folder = shop();
    for (text, why, seen) in [
        ("serial;sku\nSN-1;x\n", "no column serialNumber", "serial, sku"),
        ("serialNumber,colour\nSN-1,red\n", "\"colour\" is no column", "serialNumber, colour"),
        ("SN-1,x\nSN-2,y\n", "no column serialNumber", "SN-1, x"),
        ("serialNumber,sku,sku\nSN-1,x,y\n", "there twice", "serialNumber, sku, sku"),
        ("", "nothing in it", ""),
    ] {
        fs::write(folder.path().join("other.csv"), text).unwrap();
        let output = run(folder.path(), &["serials", "import", "--merchant", "demo", "other.csv"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why) && said.contains(seen), "{said}");
    }
    assert_eq!(exported(folder.path(), "serials").lines().count(), 1);
}

#[test]
fn lists_go_through_pipes() {
    let folder = shop();
    fs::write(folder.path().join("serials.csv"), "serialNumber\nSN-1\n").unwrap();
    let regcard = |arguments: &[&str], input: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regcard"));
        command.env_clear().current_dir(folder.path()).args(arguments).stdin(input).output().unwrap()
    };
    let file = fs::File::open(folder.path().join("serials.csv")).unwrap();
    let output = regcard(&["serials", "import", "--merchant", "demo", "-", "--json"], file.into());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), json!({ "loaded": 1, "bad": 0 }));
    let output = regcard(&["serials", "export", "--merchant", "demo", "-"], Stdio::null());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "\u{FEFF}serialNumber,sku,customerTags,productName\r\nSN-1,,,\r\n");
    assert_eq!(json_of(folder.path(), &["serials", "export", "--merchant", "demo", "out.csv"]), json!({ "written": 1 }));
    assert!(fs::read_to_string(folder.path().join("out.csv")).unwrap().ends_with("SN-1,,,\r\n"));
}

#[tokio::test]
async fn registrations_go_out_and_come_in_again() {
    let gateway = Process::start();
    let loaded = json!([{ "serialNumber": "000123", "sku": "00042", "customerTags": "new,vip" }, "123", "A,B"]);
    gateway.shop.api_post("/api/serial_numbers", &loaded).await.good(201);
    let granted = gateway.shop.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=50").await.good(200);
    let put = gateway.shop.request(Method::PUT, granted["signedRequest"].as_str().unwrap()).header("content-type", "image/jpeg");
    assert_eq!(Answer::to(put.body(photo(50))).await.status, 201);
    let evil = json!({
        "serialNumbers": ["000123", "A,B"], "customerName": "=HYPERLINK(\"https://evil.example\")", "phone": "+49 30", "postCode": "01234",
        "InvoiceUpload": granted["url"], "note": "@SUM(1)\nnext, \"line\"", "list": ["a", "b"], "city": "Zoë 🦊", "orderNumber": "-5",
    });
    gateway.shop.added(registration_with("", evil)).await;
    gateway.shop.added(registration("123")).await;
    let before = gateway.shop.registrations().await;
    let written = exported(gateway.folder(), "registrations");
    for cell in ["\"'=HYPERLINK(\"\"https://evil.example\"\")\"", "'+49 30", "01234", "\"new,vip\"", "\"'@SUM(1)\nnext", "'-5", "00042"] {
        assert!(written.contains(cell), "{cell}: {written}");
    }
    assert!(!written.lines().any(|line| line.split(',').any(|cell| cell.starts_with(['=', '+', '@']))), "{written}");
    fs::write(gateway.folder().join("out.csv"), &written).unwrap();
    let import = |file: &str| json_of(gateway.folder(), &["registrations", "import", "--merchant", "demo", file]);
    assert_eq!(import("out.csv"), json!({ "added": 0, "before": 2, "bad": 0 }));
    // What was erased is not brought back by the list of yesterday.
    let path = format!("/api/registrations/{}", before[0]["id"].as_str().unwrap());
    gateway.shop.api_delete(&path).await.good(200);
    assert_eq!(import("out.csv"), json!({ "added": 0, "before": 2, "bad": 0 }));

    let other = Process::start();
    other.shop.api_post("/api/serial_numbers", &loaded).await.good(201);
    fs::write(other.folder().join("out.csv"), &written).unwrap();
    let import = || json_of(other.folder(), &["registrations", "import", "--merchant", "demo", "out.csv"]);
    assert_eq!(import(), json!({ "added": 2, "before": 0, "bad": 0 }));
    assert_eq!(import(), json!({ "added": 0, "before": 2, "bad": 0 }));
    let mut after = other.shop.registrations().await;
    assert_eq!(after.len(), 2);
    for (before, after) in before.iter().zip(&mut after) {
        // When it came here is another thing than when it was registered.
        assert_eq!((&after["createdAt"], &after["id"]), (&before["createdAt"], &before["id"]));
        // A receipt's address stays what it was where it was written: with the gateway's own address, as far as that is set.
        if let Some(receipt) = after.pointer_mut("/fieldData/InvoiceUpload") {
            let path = receipt.as_str().unwrap().split_once("/r/").unwrap().1.to_owned();
            *receipt = json!(format!("{}/r/{path}", gateway.shop.gateway));
        }
        assert_eq!(before, after);
    }
}

#[tokio::test]
async fn lists_of_registrations_from_elsewhere_are_taken_by_the_forms_rules() {
    let gateway = Process::start();
    gateway.shop.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let csv = "email;name;productName;serialNumber;purchaseDate;surname;postCode;where-did-you-buy-;status\n\
        ann@example.com;Ann;Duo;SN-1, SN-2;2026-11-14;Lee;01234;Ebay;active\n\
        bob@example.com;Bob;Duo;SN-9;;;;;\n\
        bob@example.com;Bob;Duo;SN-1;;;;;\n\
        bob;Bob;Duo;SN-3;14.11.2026;;;;\n\
        ;Bob;Duo;SN-3;;;;;\n\
        cid@example.com;Cid;Duo;sn3;;;;;\n";
    fs::write(gateway.folder().join("list.csv"), csv).unwrap();
    let output = run(gateway.folder(), &["registrations", "import", "--merchant", "demo", "list.csv", "--json"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let came: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&came["added"], &came["before"], &came["bad"]), (&json!(2), &json!(0), &json!(4)), "{said}");
    assert_eq!((came["leftOut"].as_array().unwrap().len(), output.status.code()), (4, Some(3)));
    let told: Vec<(&str, &str)> = said.lines().map(|line| line.split_once(": ").unwrap()).collect();
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), ["line 3", "line 4", "line 5", "line 6", "regcard"]);
    assert!(told[2].1.contains("customerEmail") && told[2].1.contains("purchaseDate"), "{said}");
    let all = gateway.shop.registrations().await;
    let ann = all.iter().find(|one| one["customerEmail"] == "ann@example.com").unwrap();
    assert_eq!((&ann["serialNumbers"], &ann["postCode"], &ann["lastName"]), (&json!(["SN-1", "SN-2"]), &json!("01234"), &json!("Lee")));
    assert_eq!(ann["fieldData"]["where-did-you-buy-"], "Ebay");
    // The same line, however it stands there by now: in another order, with a column more, with blanks, with its form.
    let again = "type;productName;email;name;colour;serialNumber;purchaseDate;surname;postCode;where-did-you-buy-;status\n\
        product-registration;Duo; ANN@example.com ;Ann;;SN-1, SN-2;2026-11-14;Lee ;01234;Ebay;active\n";
    fs::write(gateway.folder().join("again.csv"), again).unwrap();
    let came = json_of(gateway.folder(), &["registrations", "import", "--merchant", "demo", "again.csv"]);
    assert_eq!((&came["added"], &came["before"]), (&json!(0), &json!(1)), "{came}");
    // And the same cells under other columns are another line.
    gateway.shop.load_serials(&["SN-7"]).await;
    for (column, added) in [("quantity", 1), ("boughtFrom", 0)] {
        fs::write(gateway.folder().join("one.csv"), format!("email;serialNumber;{column}\ndee@example.com;SN-7;2\n")).unwrap();
        let output = run(gateway.folder(), &["registrations", "import", "--merchant", "demo", "one.csv", "--json"]);
        let came: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&came["added"], &came["before"]), (&json!(added), &json!(0)), "{came}: one is refused, since somebody has the number");
    }
    let refused = run(gateway.folder(), &["registrations", "import", "--merchant", "demo", "--form", "gone", "list.csv"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no form"));
    fs::write(gateway.folder().join("none.csv"), "productName\nDuo\n").unwrap();
    let refused = run(gateway.folder(), &["registrations", "import", "--merchant", "demo", "none.csv"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the columns are: productName"));
}

#[tokio::test]
async fn forms_are_looked_at_and_one_that_nobody_can_send_is_told() {
    let gateway = Process::start();
    assert!(gateway.log().contains("nobody can register"), "{}", gateway.log());
    let check = |arguments: &[&str]| {
        let output = run(gateway.folder(), &[&["form", "check", "--json"], arguments].concat());
        (output.status.success(), serde_json::from_slice::<Value>(&output.stdout).unwrap())
    };
    let (good, said) = check(&[]);
    assert!(good && said["warnings"].as_array().unwrap().len() == 1 && said["faults"] == json!([]), "{said}");
    gateway.shop.load_serials(&["SN-1"]).await;
    assert_eq!(check(&[]), (true, json!({ "faults": [], "warnings": [] })));
    assert!(line(gateway.folder(), &["form", "check"]).contains("can be used"));
    fs::write(gateway.folder().join("forms").join("broken.toml"), "title = 'x'\n[[field]]\nkey = 'x'\nkind = 'mystery'\n").unwrap();
    let (good, said) = check(&[]);
    assert!(!good && said["faults"][0].as_str().unwrap().contains("broken.toml:4:"), "{said}");
    assert!(check(&["forms/product-registration.toml"]).0 && !check(&["forms/broken.toml"]).0 && !check(&["nothing.toml"]).0);
}
