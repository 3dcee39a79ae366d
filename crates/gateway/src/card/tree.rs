//! HTML as a node tree: text is a string, an element `[tag, {attributes}, …children]`, a tag of SVG marked `svg:`.
//!
//! The loader builds the first form from it, since Trusted Types let no page build one from a string of HTML.

use scraper::{ElementRef, Html, Node};
use serde_json::{Map, Value};

/// The tree of the first element in a piece of HTML; `null` if there is none. Comments are left out.
pub fn tree(html: &str) -> Value {
    let parsed = Html::parse_fragment(html);
    parsed.root_element().children().find_map(ElementRef::wrap).map_or(Value::Null, element)
}

fn element(element: ElementRef<'_>) -> Value {
    let name = &element.value().name;
    let svg = &*name.ns == "http://www.w3.org/2000/svg";
    let tag = if svg { format!("svg:{}", name.local) } else { name.local.to_string() };
    let attributes: Map<String, Value> =
        element.value().attrs().map(|(attribute, value)| (attribute.to_owned(), Value::String(value.to_owned()))).collect();
    let mut node = vec![Value::String(tag), Value::Object(attributes)];
    for child in element.children() {
        match child.value() {
            Node::Text(text) => match node.get_mut(2..).and_then(<[Value]>::last_mut) {
                Some(Value::String(before)) => before.push_str(text),
                Some(_) | None if text.is_empty() => {}
                Some(_) | None => node.push(Value::String(text.to_string())),
            },
            Node::Element(_) => node.extend(ElementRef::wrap(child).map(self::element)),
            Node::Comment(_) | Node::Doctype(_) | Node::Document | Node::Fragment | Node::ProcessingInstruction(_) => {}
        }
    }
    Value::Array(node)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_keeps_elements_attributes_and_text() {
        assert_eq!(
            tree(r#"<div class="regcard"><!--x-->a<!-- -->b<input required name="x"><p></p>c &amp; d</div>"#),
            json!(["div", {"class": "regcard"}, "ab", ["input", {"name": "x", "required": ""}], ["p", {}], "c & d"])
        );
    }

    #[test]
    fn svg_is_marked() {
        assert_eq!(
            tree(r#"<div><svg viewBox="0 0 1 1"><path d="M0 0"/></svg></div>"#),
            json!(["div", {}, ["svg:svg", {"viewBox": "0 0 1 1"}, ["svg:path", {"d": "M0 0"}]]])
        );
    }

    #[test]
    fn nothing_is_no_tree() {
        assert_eq!(tree("text alone"), Value::Null);
    }
}
