//! What a merchant puts on a page: the snippet, what the page's policy has to allow, and the hosted page as a code for the box.

use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};

/// The card on a product page.
pub fn snippet(gateway: &str, key: &str, form: &str) -> String {
    format!(
        "<script async src=\"{gateway}/v1/{key}/regcard.js\"></script>\n<reg-card><a href=\"{}\">Register your product</a></reg-card>",
        hosted_page(gateway, key, form)
    )
}

/// The page of the gateway with the same form.
pub fn hosted_page(gateway: &str, key: &str, form: &str) -> String {
    format!("{gateway}/v1/forms/{key}/{form}")
}

/// What a page's content security policy has to allow; `docs/embedding.md` has the same.
pub fn policy(gateway: &str) -> String {
    format!("script-src {gateway} 'wasm-unsafe-eval';\nconnect-src {gateway};\nimg-src {gateway};\nform-action {gateway};")
}

/// An address as a code, for terminals with light letters on dark; `None` for one that is too long.
pub fn code_as_text(address: &str) -> Option<String> {
    code(address)
        .map(|code| code.render::<unicode::Dense1x2>().dark_color(unicode::Dense1x2::Light).light_color(unicode::Dense1x2::Dark).build())
}

/// The same as a picture for the printer.
pub fn code_as_svg(address: &str) -> Option<String> {
    code(address).map(|code| code.render::<svg::Color<'_>>().min_dimensions(400, 400).build())
}

fn code(address: &str) -> Option<QrCode> {
    // A quarter of it may be scratched: it stands on a box.
    QrCode::with_error_correction_level(address, EcLevel::Q).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_the_one_that_the_documentation_has() {
        let told = include_str!("../../../docs/embedding.md");
        assert!(told.contains(&format!("```text\n{}\n```", policy("https://GATEWAY"))));
    }

    #[test]
    fn a_hosted_page_fits_into_a_code() {
        let page = hosted_page("https://register.shop.example", "pk_live_0123456789abcdef", "product-registration");
        let text = code_as_text(&page).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 20 && lines.iter().all(|line| line.chars().count() == lines[0].chars().count()));
        assert!(code_as_svg(&page).unwrap().contains("<svg"));
        assert_eq!(code_as_text(&"x".repeat(10_000)), None);
    }
}
