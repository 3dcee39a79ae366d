//! The language that somebody reads, as their browser says it.

use axum::http::{HeaderMap, header};
use regcard::text::nearest;

/// The best language of the card for a browser, by `Accept-Language`: the one with the highest weight, of equal ones the first. None
/// if it names none that the card speaks.
pub fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let list = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    let mut best: Option<(u16, &'static str)> = None;
    for (weight, language) in list.filter_map(weighed) {
        if weight > best.map_or(0, |(best, _)| best) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// A language in thousandths of its weight: RFC 9110, 12.4.2.
fn weighed(one: &str) -> Option<(u16, &'static str)> {
    let (tag, weight) = one.split_once(';').unwrap_or((one, "q=1"));
    let weight = weight.trim().strip_prefix(['q', 'Q'])?.trim().strip_prefix('=')?.trim();
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let part =
        part.bytes().chain(*b"000").take(3).try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')));
    let thousandths = match whole {
        "1" => 1000,
        "0" => part?,
        _ => return None,
    };
    Some((thousandths, nearest(tag)?))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn best(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accept).unwrap());
        accepted(&headers)
    }

    #[test]
    fn the_language_with_the_highest_weight_is_chosen_whatever_its_place() {
        for (accept, language) in [
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en;q=0.8, ja;q=0.9", "ja"),
            ("da, sv;q=0.8, en;q=0.7", "sv"),
            ("fr;q=0.5,it;q=0.5", "fr"),
            ("pt-PT", "pt-BR"),
            ("zh-TW;q=0.001", "zh-Hans"),
            ("de;q=0, fr;q=0.1", "fr"),
            ("de ; q = 0.5 , pl;q=0.51", "pl"),
            ("de;q=1.000, fr", "de"),
            ("*, ar;q=0.2", "ar"),
            ("de;q=2, nl;q=0.1", "nl"),
            ("de;q=0.x, nl;q=0.1", "nl"),
            ("en-XA", "en"),
        ] {
            assert_eq!(best(accept), Some(language), "{accept}");
        }
        for none in ["", "*", "da", "de;q=0", "de;q=0.000", ",,;;==", "q=1"] {
            assert_eq!(best(none), None, "{none}");
        }
        assert_eq!(accepted(&HeaderMap::new()), None);
    }
}
