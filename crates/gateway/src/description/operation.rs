//! One route, described piece by piece.

use serde_json::{Map, Value, json};

use super::schemas::{reference, text};

/// A route, described.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    security: &'static [&'static str],
    parameters: Vec<Value>,
    body: Option<Value>,
    pub(super) answers: Vec<(u16, Value)>,
    problems: Vec<u16>,
}

/// What every route may answer: an address that cannot be read or is too long, and what nobody wishes for.
const ANY: [u16; 5] = [400, 413, 414, 500, 503];

/// What whoever sends JSON may be answered.
const JSON: [u16; 3] = [408, 415, 422];

/// What a merchant's server may be answered: 503 and 507 where the store has no room.
const MERCHANT: [u16; 6] = [401, 403, 408, 413, 415, 507];

/// What a page may be answered where another registration API stands behind the gateway.
pub(super) const BEHIND: [u16; 3] = [502, 503, 504];

impl Operation {
    pub(super) fn new(tag: &'static str, method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
        let named = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let parameters = named.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": text() })).collect();
        let (security, problems): (&[&str], _) = match tag {
            "page" => (&["session"], [&[401, 403, 429][..], &ANY].concat()),
            "merchant" => (&["access"], [&MERCHANT[..], &ANY].concat()),
            "operator" => (&[], Vec::new()),
            _ => (&[], ANY.to_vec()),
        };
        Operation { method, path, tag, id, summary, security, parameters, body: None, answers: Vec::new(), problems }
    }

    pub(super) fn security(mut self, schemes: &'static [&'static str]) -> Operation {
        self.security = schemes;
        self
    }

    pub(super) fn parameter(mut self, place: &str, name: &str, required: bool, schema: Value) -> Operation {
        self.parameters.push(json!({ "name": name, "in": place, "required": required, "schema": schema }));
        self
    }

    /// A value that is good for the parameter before.
    pub(super) fn such_as(mut self, example: Value) -> Operation {
        if let Some(parameter) = self.parameters.last_mut() {
            parameter["example"] = example;
        }
        self
    }

    pub(super) fn sends(mut self, schema: &str) -> Operation {
        self.problems.extend(JSON);
        self.body = Some(json!({ "required": true, "content": { "application/json": { "schema": reference(schema) } } }));
        self
    }

    /// A body that is good, as people and programs would try it first.
    pub(super) fn example(mut self, example: &Value) -> Operation {
        if let Some(body) = &mut self.body {
            body["content"]["application/json"]["example"] = example.clone();
        }
        self
    }

    /// What can be done next with what was answered: an operation, and where its `id` stands in the answer.
    pub(super) fn leads_to(mut self, operations: &[&str], id: &str) -> Operation {
        let link = |one: &&str| ((*one).to_owned(), json!({ "operationId": one, "parameters": { "id": format!("$response.body#{id}") } }));
        if let Some((_, answer)) = self.answers.last_mut() {
            answer["links"] = Value::Object(operations.iter().map(link).collect());
        }
        self
    }

    pub(super) fn sends_other(mut self, types: &[&str], schema: &Value) -> Operation {
        let content: Map<String, Value> = types.iter().map(|one| ((*one).to_owned(), json!({ "schema": schema }))).collect();
        self.body = Some(json!({ "required": true, "content": content }));
        self
    }

    pub(super) fn answers(mut self, status: u16, description: &str, schema: &str) -> Operation {
        self.answers.push((status, content(description, "application/json", &reference(schema))));
        self
    }

    pub(super) fn answers_as(mut self, status: u16, description: &str, media_type: &str) -> Operation {
        self.answers.push((status, content(description, media_type, &text())));
        self
    }

    pub(super) fn answers_with(mut self, status: u16, answer: Value) -> Operation {
        self.answers.push((status, answer));
        self
    }

    /// What the answer before says of budgets in its head.
    pub(super) fn with_headers(mut self, names: &[&str]) -> Operation {
        if let Some((_, answer)) = self.answers.last_mut() {
            answer["headers"] = headers(names);
        }
        self
    }

    /// Content of which no more is said than its type.
    pub(super) fn answers_any(mut self, status: u16, description: &str, media_type: &str) -> Operation {
        self.answers.push((status, content(description, media_type, &json!({}))));
        self
    }

    pub(super) fn answers_nothing(mut self, status: u16, description: &str) -> Operation {
        self.answers.push((status, json!({ "description": description })));
        self
    }

    pub(super) fn problems(mut self, statuses: &[u16]) -> Operation {
        self.problems.extend(statuses);
        self
    }

    pub(super) fn described(self) -> Value {
        let mut responses: Map<String, Value> = self.answers.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect();
        for status in self.problems {
            let problem = json!({ "$ref": format!("#/components/responses/Problem{status}") });
            responses.entry(status.to_string()).or_insert(problem);
        }
        let security: Vec<Value> =
            self.security.iter().map(|scheme| if scheme.is_empty() { json!({}) } else { json!({ *scheme: [] }) }).collect();
        let mut described = json!({
            "tags": [self.tag],
            "operationId": self.id,
            "summary": self.summary,
            "security": security,
            "responses": responses,
        });
        if !self.parameters.is_empty() {
            described["parameters"] = Value::Array(self.parameters);
        }
        if let Some(body) = self.body {
            described["requestBody"] = body;
        }
        described
    }
}

/// Headers, by their names among the components.
pub(super) fn headers(names: &[&str]) -> Value {
    let named = names.iter().map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })));
    Value::Object(named.collect())
}

pub(super) fn content(description: &str, media_type: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { media_type: { "schema": schema } } })
}
