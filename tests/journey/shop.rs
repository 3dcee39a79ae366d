//! A shop: an origin with pages that a test writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::http::{self, Message};

/// It answers as long as the test runs.
pub(crate) struct Shop {
    authority: String,
    pages: Arc<Mutex<HashMap<String, Message>>>,
}

impl Shop {
    pub(crate) async fn open() -> Shop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shop = Shop { authority: listener.local_addr().unwrap().to_string(), pages: Arc::default() };
        let pages = Arc::clone(&shop.pages);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let pages = Arc::clone(&pages);
                tokio::spawn(async move {
                    let Some(request) = http::request(&mut stream).await else { return };
                    let page = pages.lock().unwrap().get(request.target()).cloned();
                    let answer = page.unwrap_or_else(|| Message::answer("404 Not Found", &[], ""));
                    drop(stream.write_all(&answer.bytes()).await);
                    drop(stream.shutdown().await);
                });
            }
        });
        shop
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// Shows a page at `/`, in a head and a body.
    pub(crate) fn show(&self, head: &str, body: &str, headers: &[(&str, &str)]) {
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Shop</title><link rel=\"icon\" href=\"data:,\">{head}</head>\
             <body><h1>Espresso Duo</h1>{body}<p><button id=\"aside\">Elsewhere</button></p></body></html>"
        );
        let headers = [&[("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")], headers].concat();
        self.serve("/", &headers, html);
    }

    /// Serves anything, at any path.
    pub(crate) fn serve(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        self.pages.lock().unwrap().insert(path.to_owned(), Message::answer("200 OK", headers, body));
    }
}
