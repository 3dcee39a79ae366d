//! Addresses in an S3-compatible bucket, signed for one thing and some minutes. Signs, and sends nothing: `objects` does.
//!
//! A file comes to `incoming/MERCHANT/UPLOAD`, where a page or a script puts it by a signed address. Once it has been judged, the bucket
//! copies it to `receipts/MERCHANT/RECEIPT`, for which no address is ever signed to put anything there: what was judged stays what it is,
//! also in a bucket that knows no conditional PUT. Both names are the gateway's; a file's own name stands in neither.

use std::time::Duration;

use rusty_s3::{Credentials, S3Action, UrlStyle};
use secrecy::ExposeSecret;
use thiserror::Error;
use url::Url;

use crate::config::Bucket;
use crate::limits;
use crate::origin::Origin;
use crate::store::NewUpload;

/// The configuration names no bucket.
#[derive(Debug, Error)]
pub enum BucketConfigError {
    /// The bucket's name, for this style of addresses.
    #[error("the bucket's name cannot stand before {0}; set receipts.s3.path_style")]
    Style(Origin),
    /// No client for it.
    #[error("the bucket cannot be called: {0}")]
    Client(#[source] reqwest::Error),
}

/// Signs requests to one bucket.
#[derive(Clone, Debug)]
pub struct Signer {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    origin: Origin,
}

/// An address, and the headers that have to be sent to it as they were signed.
#[derive(Clone, Debug)]
pub struct SignedPut {
    /// Where the bytes go.
    pub url: String,
    /// Beside the length, which whoever sends says by itself.
    pub headers: Vec<(&'static str, String)>,
}

impl Signer {
    pub(super) fn new(config: &Bucket) -> Result<Signer, BucketConfigError> {
        let wrong = || BucketConfigError::Style(config.endpoint.clone());
        let style = if config.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = Url::parse(config.endpoint.as_str()).map_err(|_| wrong())?;
        let bucket = rusty_s3::Bucket::new(endpoint, style, config.bucket.clone(), config.region.clone()).map_err(|_| wrong())?;
        let origin = Origin::of_url(bucket.base_url()).ok_or_else(wrong)?;
        let credentials = Credentials::new(config.access_key.expose_secret(), config.secret_key.expose_secret());
        Ok(Signer { bucket, credentials, origin })
    }

    /// Where browsers send files to.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Lets somebody put a file of this type and its size, to the byte. `once`: only where nothing lies yet; a script of a merchant's
    /// server, which sends the type and nothing else, cannot say so.
    pub fn put(&self, upload: &NewUpload, file_type: &str, once: bool) -> SignedPut {
        let mut headers = vec![("Content-Type", file_type.to_owned())];
        if once {
            headers.push(("If-None-Match", "*".to_owned()));
        }
        let key = incoming(&upload.merchant, &upload.id);
        let mut signed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let length = upload.file_size.to_string();
        signed.push(("Content-Length", &length));
        let url = self.put_of(&key, &signed, Duration::from_secs(limits::GRANT_SECONDS.unsigned_abs()));
        SignedPut { url: url.into(), headers }
    }

    /// Lets somebody save a receipt, for as long as a browser needs to follow a link.
    pub fn get(&self, key: &str, media_type: &str, name: &str) -> Url {
        let disposition = format!("attachment; filename=\"{name}\"");
        let mut get = self.bucket.get_object(Some(&self.credentials), key);
        let query = get.query_mut();
        query.insert("response-cache-control", "private, no-cache");
        query.insert("response-content-disposition", disposition);
        query.insert("response-content-type", media_type);
        get.sign(limits::READING)
    }

    /// The gateway's own: to read an object's beginning.
    pub(super) fn own_get(&self, key: &str) -> Url {
        self.bucket.get_object(Some(&self.credentials), key).sign(limits::BUCKET_SIGNED)
    }

    /// The gateway's own: to put an object with these headers.
    pub(super) fn own_put(&self, key: &str, headers: &[(&str, &str)]) -> Url {
        self.put_of(key, headers, limits::UPLOAD_TOTAL)
    }

    pub(super) fn own_delete(&self, key: &str) -> Url {
        self.bucket.delete_object(Some(&self.credentials), key).sign(limits::BUCKET_SIGNED)
    }

    /// An object of this bucket, as a copy names it.
    pub(super) fn source(&self, key: &str) -> String {
        format!("{}/{key}", self.bucket.name())
    }

    fn put_of(&self, key: &str, headers: &[(&str, &str)], expires: Duration) -> Url {
        let mut put = self.bucket.put_object(Some(&self.credentials), key);
        for (name, value) in headers {
            // Signed in small letters; sent as anybody writes them.
            put.headers_mut().insert(name.to_ascii_lowercase(), (*value).to_owned());
        }
        put.sign(expires)
    }
}

/// Where a file comes to.
pub(super) fn incoming(merchant: &str, upload: &str) -> String {
    format!("incoming/{merchant}/{upload}")
}

/// Where it is kept once it has been judged.
pub(super) fn kept(merchant: &str, receipt: &str) -> String {
    format!("receipts/{merchant}/{receipt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Bucket {
        Bucket {
            endpoint: Origin::parse("https://s3.eu-central-1.amazonaws.com").unwrap(),
            region: "eu-central-1".to_owned(),
            bucket: "shop-receipts".to_owned(),
            access_key: "AKIAEXAMPLE".to_owned().into(),
            secret_key: "the secret".to_owned().into(),
            path_style: false,
        }
    }

    fn upload() -> NewUpload {
        NewUpload {
            id: "u1".to_owned(),
            receipt: "r1".to_owned(),
            merchant: "shop".to_owned(),
            sid: None,
            file_name: "../Kassenbon Müller.jpg".to_owned(),
            file_type: "image/jpeg".to_owned(),
            file_size: 12_345,
            upstream_url: None,
        }
    }

    fn query(url: &str, name: &str) -> String {
        let url = Url::parse(url).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    #[test]
    fn a_page_says_type_length_and_that_nothing_may_lie_there_a_script_the_type() {
        let signer = Signer::new(&config()).unwrap();
        let page = signer.put(&upload(), "image/jpeg", true);
        assert_eq!(page.headers, [("Content-Type", "image/jpeg".to_owned()), ("If-None-Match", "*".to_owned())]);
        assert_eq!(query(&page.url, "X-Amz-SignedHeaders"), "content-length;content-type;host;if-none-match");
        assert_eq!(query(&page.url, "X-Amz-Expires"), "600");
        let script = signer.put(&upload(), "image/jpg", false);
        assert_eq!(script.headers, [("Content-Type", "image/jpg".to_owned())]);
        assert_eq!(query(&script.url, "X-Amz-SignedHeaders"), "content-length;content-type;host");
    }

    #[test]
    fn a_files_own_name_stands_in_no_address() {
        let signer = Signer::new(&config()).unwrap();
        let url = signer.put(&upload(), "image/jpeg", true).url;
        assert!(url.starts_with("https://shop-receipts.s3.eu-central-1.amazonaws.com/incoming/shop/u1?X-Amz-"), "{url}");
        let url: String = signer.get(&kept("shop", "r1"), "image/jpeg", "receipt.jpg").into();
        assert!(url.starts_with("https://shop-receipts.s3.eu-central-1.amazonaws.com/receipts/shop/r1?"), "{url}");
        assert_eq!(query(&url, "response-content-disposition"), "attachment; filename=\"receipt.jpg\"");
        assert_eq!((query(&url, "response-content-type").as_str(), query(&url, "X-Amz-Expires").as_str()), ("image/jpeg", "60"));
    }

    #[test]
    fn the_origin_is_where_browsers_send_files() {
        assert_eq!(Signer::new(&config()).unwrap().origin().as_str(), "https://shop-receipts.s3.eu-central-1.amazonaws.com");
        let here = Origin::parse("http://127.0.0.1:9000").unwrap();
        let path_style = Bucket { path_style: true, endpoint: here.clone(), ..config() };
        assert_eq!(Signer::new(&path_style).unwrap().origin(), &here);
        let nowhere = Signer::new(&Bucket { endpoint: here, ..config() }).unwrap_err();
        assert!(nowhere.to_string().contains("set receipts.s3.path_style"), "{nowhere}");
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?} {:?}", config(), Signer::new(&config()).unwrap()).contains("the secret"));
    }
}
