//! The HTML of a mail. Mail programs know little: tables, styles on the elements, one style sheet for those that heed it (dark, narrow).
//! Nothing is loaded from elsewhere.

use regcard::text::Direction;

use super::compose::{Letter, Link, Row, Value, one_line};
use crate::card::escaped;

/// What programs take from a style sheet: another light, and less room. Everything else stands on the elements.
const STYLE: &str = "\
:root { color-scheme: light dark; supported-color-schemes: light dark }\n\
@media (max-width: 480px) {\n\
.page { padding: 0 !important } .card { padding: 24px 20px !important; border-radius: 0 !important }\n\
.about th, .about td { display: block !important; padding: 0 !important; white-space: normal !important } .about td { padding-bottom: 10px !important }\n\
.button { display: block !important }\n\
}\n\
@media (prefers-color-scheme: dark) {\n\
.page { background: #101214 !important } .card { background: #1e2023 !important; color: #e8eaed !important }\n\
.quiet { color: #b3b9c0 !important } .about { border-color: #3a3d41 !important } .tick { background: #1d3326 !important; color: #8ad4a6 !important }\n\
.button { background: #a8c7fa !important; color: #062e6f !important }\n\
}\n";

pub(super) fn html(letter: &Letter<'_>, direction: Direction) -> String {
    let hello = letter.hello.as_ref().map(|hello| format!("<p style=\"margin:0 0 12px\">{}</p>\n", escaped(&one_line(hello))));
    let about: String = letter.about.iter().map(|rows| table(rows, direction)).collect();
    format!(
        "<!doctype html>\n<html lang=\"{language}\" dir=\"{attribute}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{subject}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body class=\"page\" style=\"margin:0;padding:0;background:#f4f3f1\">\n\
         <div class=\"page\" dir=\"{attribute}\" style=\"padding:32px 16px;background:#f4f3f1;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif\">\n\
         <div class=\"card\" style=\"max-width:496px;margin:0 auto;padding:32px;border-radius:16px;background:#ffffff;color:#1b1d1f;text-align:{start}\">\n\
         <p class=\"quiet\" style=\"margin:0 0 20px;font-weight:600;color:#565c63\">{merchant}</p>\n\
         <div class=\"tick\" aria-hidden=\"true\" style=\"width:48px;height:48px;margin:0 0 20px;border-radius:24px;background:#e9f5ee;color:#0f6b3c;font-size:24px;line-height:48px;text-align:center\">&#10003;</div>\n\
         {hello}<p style=\"margin:0\">{intro}</p>\n{about}{link}\
         <p class=\"quiet\" style=\"margin:24px 0 0;font-size:13px;color:#565c63\">{why}</p>\n</div>\n</div>\n</body>\n</html>\n",
        language = letter.language,
        attribute = direction.attribute(),
        start = start(direction),
        subject = escaped(&one_line(&letter.subject)),
        merchant = escaped(&one_line(letter.merchant)),
        hello = hello.unwrap_or_default(),
        intro = escaped(letter.intro),
        link = letter.link.as_ref().map(link).unwrap_or_default(),
        // In a sentence that runs the other way the name stays in one piece.
        why = escaped(letter.why).replace("{merchant}", &format!("<bdi>{}</bdi>", escaped(&one_line(letter.merchant)))),
    )
}

fn table(rows: &[Row], direction: Direction) -> String {
    let rows: String = rows.iter().map(|one| row(one, direction)).collect();
    let style = "width:100%;margin:20px 0 0;padding:12px 0;border-collapse:separate;border-spacing:0;border-top:1px solid #dcdfe3;border-bottom:1px solid #dcdfe3";
    format!("<table class=\"about\" dir=\"{}\" style=\"{style}\">\n{rows}</table>\n", direction.attribute())
}

fn row(row: &Row, direction: Direction) -> String {
    let value = escaped(&one_line(&row.value));
    let value = match row.kind {
        Value::Words => format!("<bdi>{value}</bdi>"),
        Value::Day => format!("<bdi dir=\"ltr\">{value}</bdi>"),
        Value::Number => format!(
            "<bdi dir=\"ltr\" style=\"font-family:ui-monospace,'Cascadia Mono',Menlo,Consolas,monospace;font-size:15px;font-weight:500\">{value}</bdi>"
        ),
    };
    // Older programs do not know which side is the start.
    let (start, padding) = match direction {
        Direction::LeftToRight => ("left", "4px 20px 4px 0"),
        Direction::RightToLeft => ("right", "4px 0 4px 20px"),
    };
    format!(
        "<tr><th class=\"quiet\" scope=\"row\" style=\"padding:{padding};text-align:{start};vertical-align:top;white-space:nowrap;font-weight:400;color:#565c63\">{}</th>\
         <td style=\"padding:4px 0;text-align:{start};vertical-align:top;font-weight:600;overflow-wrap:anywhere;word-break:break-word\">{value}</td></tr>\n",
        escaped(&row.label),
    )
}

fn link(link: &Link<'_>) -> String {
    format!(
        "<p style=\"margin:20px 0 12px\">{}</p>\n\
         <p style=\"margin:0\"><a class=\"button\" href=\"{}\" style=\"display:inline-block;padding:12px 24px;border-radius:10px;background:#0b57d0;color:#ffffff;font-weight:600;text-align:center;text-decoration:none\">{}</a></p>\n\
         <p class=\"quiet\" style=\"margin:12px 0 0;font-size:14px;color:#565c63\">{}</p>\n",
        escaped(link.lead),
        escaped(link.address),
        escaped(link.words),
        escaped(link.private),
    )
}

fn start(direction: Direction) -> &'static str {
    match direction {
        Direction::LeftToRight => "left",
        Direction::RightToLeft => "right",
    }
}
