//! A postal address: one field of the file, several on the card, under the names that the registration API has for them.
//!
//! What a country has no use for is not asked for: the same condition that any field can have.

use super::{Field, FieldKind, Form};
use crate::limits;

/// Where post needs no code, and most people have none to give. Universal Postal Union, addressing systems by country.
const WITHOUT_CODE: &str = "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GQ GY HK JM KI KM KN KP LY ML MO MR MW NR NU QA \
RW SB SC SL SR ST SX SY TD TF TG TK TL TO TT TV UG VU YE ZW";

/// Where the state, province or prefecture is part of an address.
const WITH_STATE: &str = "AR AU BR CA CN ES IN IT JP KR MX MY TH TR US";

impl Form {
    /// The form with every field of kind `address` as the fields it stands for. Fields are required as it is, but for the second
    /// line, the code and the state: too many addresses do without.
    #[must_use]
    pub fn with_addresses(self) -> Form {
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            if field.kind == FieldKind::Address {
                fields.extend(parts(&field, self.default_country.as_deref()));
            } else {
                fields.push(field);
            }
        }
        Form { fields, ..self }
    }
}

fn parts(address: &Field, country: Option<&str>) -> Vec<Field> {
    let text = |key: &str, required: bool| Field {
        key: key.to_owned(),
        kind: FieldKind::Text,
        required,
        max_length: Some(limits::ADDRESS_LINE_CHARS),
        show_if: address.show_if.clone(),
        is: address.is.clone(),
        is_not: address.is_not.clone(),
        ..Field::default()
    };
    let by_country = |field: Field, is: &str, is_not: &str| Field {
        show_if: Some("country".to_owned()),
        is: is.split_whitespace().map(str::to_owned).collect(),
        is_not: is_not.split_whitespace().map(str::to_owned).collect(),
        ..field
    };
    let heading = address.label.clone().map(|label| Field { kind: FieldKind::Heading, label: Some(label), ..text(&address.key, false) });
    let all = [
        Field { kind: FieldKind::Country, value: country.map(str::to_owned), ..text("country", address.required) },
        text("address1", address.required),
        text("address2", false),
        by_country(text("postCode", false), "", WITHOUT_CODE),
        text("city", address.required),
        by_country(text("state", false), WITH_STATE, ""),
    ];
    heading.into_iter().chain(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(country: &str) -> Vec<String> {
        let address = Field { key: "address".into(), kind: FieldKind::Address, required: true, ..Field::default() };
        let form = Form { fields: vec![address], ..Form::default() }.with_addresses();
        let values = |field: &Field| if field.key == "country" { vec![country.to_owned()] } else { Vec::new() };
        form.fields.iter().filter(|field| form.is_asked(field, &values)).map(|field| field.key.clone()).collect()
    }

    #[test]
    fn a_paragraph_without_a_key_hangs_on_the_field_it_names() {
        let help = |show_if: Option<&str>| Field { kind: FieldKind::Help, show_if: show_if.map(str::to_owned), ..Field::default() };
        let note = Field { key: "note".into(), ..Field::default() };
        let form = Form { fields: vec![help(None), note, help(Some("note"))], ..Form::default() };
        assert!(!form.is_asked(&form.fields[2], &|_| Vec::new()) && form.is_asked(&form.fields[2], &|_| vec!["yes".to_owned()]));
    }

    #[test]
    fn each_country_is_asked_for_what_its_addresses_have() {
        assert_eq!(asked("NL"), ["country", "address1", "address2", "postCode", "city"]);
        assert_eq!(asked("US"), ["country", "address1", "address2", "postCode", "city", "state"]);
        for without in ["AE", "HK"] {
            assert_eq!(asked(without), ["country", "address1", "address2", "city"]);
        }
        for with in ["IE", "XK"] {
            assert!(asked(with).contains(&"postCode".to_owned()), "{with}");
        }
    }
}
