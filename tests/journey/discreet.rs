//! A form that is set to discreet checking, as somebody meets it who types a number that another customer has registered, or one
//! that does not exist: in both cases the card says what to do, and the same.

use crate::visit::{EMAIL, OTHER_SERIAL, SERIAL, Visit};

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_number_and_an_unknown_one_look_the_same() {
    let visit = Visit::begin().await;
    let file = visit.gateway.form_file();
    let form = std::fs::read_to_string(&file).unwrap().replace("one_time = true", "one_time = true\ndiscreet = true");
    assert!(form.contains("discreet"), "{form}");
    std::fs::write(&file, form).unwrap();
    visit.gateway.merchant.register(OTHER_SERIAL).await;
    visit.goes_to("", &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
    let card = visit.card();
    card.fill(EMAIL, "").await;
    let mut texts = Vec::new();
    for number in [OTHER_SERIAL, "ED5-0000-0000"] {
        card.click("[name=serialNumber]").await;
        card.read("void root.activeElement.select()").await;
        visit.browser.keys(number).await;
        card.serial_is("unknown").await;
        card.says("cannot be registered here").await;
        let while_typed = card.text().await;
        card.submit().await;
        card.until("it is refused", "!!root.querySelector('[name=serialNumber][aria-invalid=true]')").await;
        texts.push((while_typed, card.text().await));
    }
    assert_eq!(texts[0], texts[1]);
    assert!(texts[0].1.matches("cannot be registered here").count() >= 2, "in the summary and at the field: {}", texts[0].1);
    card.click("[name=serialNumber]").await;
    card.read("void root.activeElement.select()").await;
    visit.browser.keys(SERIAL).await;
    card.serial_is("available").await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_says(&["422"]).await;
}
