//! A form's post as browsers send it by themselves, read part by part: texts within a limit, files as they come.

use std::sync::Arc;
use std::vec::IntoIter;

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header;
use tokio::time::timeout;

use super::form_body::{Allowance, HeadTooLong, in_pieces};
use super::json;
use crate::app::App;
use crate::limits;
use crate::listen::{TooSlow, is_behind};
use crate::problem::GatewayError;

/// A post on its way.
#[derive(Debug)]
pub struct Post {
    parts: Parts,
    /// How many so far.
    count: usize,
    /// Bytes of texts and names so far.
    text: usize,
}

#[derive(Debug)]
enum Parts {
    Pairs(IntoIter<(String, String)>),
    Multipart(Box<Multipart>, Allowance),
}

/// One control's part of it.
#[derive(Debug)]
pub enum Part<'a> {
    /// What a control holds.
    Text(String, String),
    /// A file control's file; a control without one sends an empty name and no bytes.
    File(Box<PostedFile<'a>>),
}

/// A file on its way.
#[derive(Debug)]
pub struct PostedFile<'a> {
    /// The control's name.
    pub control: String,
    /// The file's name.
    pub name: String,
    /// Its bytes.
    pub bytes: Field<'a>,
}

impl Post {
    /// Begins to read a post.
    ///
    /// # Errors
    /// 415 for what is no form's post, 400 for one that cannot be read, 413 above the limit.
    pub async fn of(app: &Arc<App>, mut request: Request) -> Result<Post, GatewayError> {
        let essence =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        if essence.starts_with("application/x-www-form-urlencoded") {
            let bytes = timeout(limits::BODY_TOTAL, json::read(request.into_body(), limits::POST_BYTES));
            let bytes = bytes.await.map_err(|_| GatewayError::RequestTimeout)??;
            let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&bytes).into_owned().collect();
            return Ok(Post { parts: Parts::Pairs(pairs.into_iter()), count: 0, text: 0 });
        }
        if !essence.starts_with("multipart/form-data") {
            return Err(GatewayError::UnsupportedMediaType);
        }
        // Counted here, by what the bytes are for.
        DefaultBodyLimit::apply(DefaultBodyLimit::disable(), &mut request);
        let (head, body) = request.into_parts();
        let (body, allowance) = in_pieces(body);
        let parts = Multipart::from_request(Request::from_parts(head, body), app)
            .await
            .map_err(|_| GatewayError::BadRequest("the form has no parts"))?;
        Ok(Post { parts: Parts::Multipart(Box::new(parts), allowance), count: 0, text: 0 })
    }

    /// The next part. A file before it has to be read to its end.
    ///
    /// # Errors
    /// As [`Post::of`]; 408 if nothing comes.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, GatewayError> {
        let (parts, allowance) = match &mut self.parts {
            Parts::Pairs(pairs) => return Ok(pairs.next().map(|(name, value)| Part::Text(name, value))),
            Parts::Multipart(parts, allowance) => (parts, allowance),
        };
        allowance.head();
        let next = timeout(limits::BODY_IDLE, parts.next_field()).await.map_err(|_| GatewayError::RequestTimeout)?;
        let Some(mut field) = next.map_err(unreadable)? else {
            return Ok(None);
        };
        allowance.content();
        let control = field.name().unwrap_or_default().to_owned();
        self.count += 1;
        self.text += control.len() + field.file_name().map_or(0, str::len);
        if self.count > limits::POST_PARTS || self.text > limits::POST_BYTES {
            return Err(GatewayError::TooLarge);
        }
        if let Some(name) = field.file_name().map(str::to_owned) {
            return Ok(Some(Part::File(Box::new(PostedFile { control, name, bytes: field }))));
        }
        let mut value = Vec::new();
        while let Some(piece) = chunk(&mut field).await? {
            self.text += piece.len();
            if self.text > limits::POST_BYTES {
                return Err(GatewayError::TooLarge);
            }
            value.extend_from_slice(&piece);
        }
        Ok(Some(Part::Text(control, String::from_utf8_lossy(&value).into_owned())))
    }
}

impl PostedFile<'_> {
    /// The next bytes, at least one.
    ///
    /// # Errors
    /// 400 if they cannot be read, 408 if they do not come.
    pub async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, GatewayError> {
        chunk(&mut self.bytes).await
    }
}

async fn chunk(field: &mut Field<'_>) -> Result<Option<bytes::Bytes>, GatewayError> {
    loop {
        let piece = timeout(limits::BODY_IDLE, field.chunk()).await.map_err(|_| GatewayError::RequestTimeout)?.map_err(unreadable)?;
        // An empty part comes as one empty piece.
        if piece.as_ref().is_none_or(|piece| !piece.is_empty()) {
            return Ok(piece);
        }
    }
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> GatewayError {
    if TooSlow::is_behind(&error) {
        GatewayError::RequestTimeout
    } else if is_behind::<HeadTooLong>(&error) {
        GatewayError::TooLarge
    } else {
        GatewayError::BadRequest("the form's parts cannot be read")
    }
}
