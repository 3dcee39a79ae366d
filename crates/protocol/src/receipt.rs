//! Files people attach: which types are allowed, how a type is judged by content, and the upload's messages.
//!
//! The same rule runs in the browser, before anything is uploaded, and in the gateway, on the bytes that came.

use serde::{Deserialize, Serialize};

use crate::by_key::ByKey;

/// A type of file that is taken. Nothing that a browser would run: no SVG, HTML, XML, archives or office files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// JPEG, by whatever ending it goes (`.jpg`, `.jpeg`, `.jfif`, `.jpe`).
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// HEIC, as phones take photos.
    Heic,
    /// PDF.
    Pdf,
}

impl FileType {
    /// Every type that is taken.
    pub const ALL: [FileType; 5] = [FileType::Jpeg, FileType::Png, FileType::Webp, FileType::Heic, FileType::Pdf];

    /// For a file control's `accept`: media types, not endings, which some in-app browsers ignore.
    pub const ACCEPT: &'static str = "image/*,application/pdf";

    /// The type these first bytes of a file show, whatever its name or its sender says. `None` if it is not allowed.
    /// [`crate::limits::SNIFF_BYTES`] are enough.
    pub fn of_content(first: &[u8]) -> Option<FileType> {
        if first.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(FileType::Jpeg)
        } else if first.starts_with(b"\x89PNG\r\n\x1A\n") {
            Some(FileType::Png)
        } else if first.len() >= 12 && first.starts_with(b"RIFF") && first[8..12] == *b"WEBP" {
            Some(FileType::Webp)
        } else if is_heic(first) {
            Some(FileType::Heic)
        } else if without_leading_blanks(first).starts_with(b"%PDF-") {
            Some(FileType::Pdf)
        } else {
            None
        }
    }

    /// Reads a media type, as a browser or a merchant's script names it.
    pub fn parse(media_type: &str) -> Option<FileType> {
        let named = |name: &str| media_type.trim().eq_ignore_ascii_case(name);
        FileType::ALL
            .into_iter()
            .find(|one| named(one.media_type()))
            .or_else(|| (named("image/jpg") || named("image/pjpeg")).then_some(FileType::Jpeg))
            .or_else(|| named("image/heif").then_some(FileType::Heic))
    }

    /// The registered media type.
    pub fn media_type(self) -> &'static str {
        match self {
            FileType::Jpeg => "image/jpeg",
            FileType::Png => "image/png",
            FileType::Webp => "image/webp",
            FileType::Heic => "image/heic",
            FileType::Pdf => "application/pdf",
        }
    }

    /// The usual ending of a file's name, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            FileType::Jpeg => "jpg",
            FileType::Png => "png",
            FileType::Webp => "webp",
            FileType::Heic => "heic",
            FileType::Pdf => "pdf",
        }
    }
}

/// `POST /v1/upload_file` takes this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UploadRequest {
    /// The file's name, for the merchant to recognise it by.
    pub file_name: String,
    /// Media type, as [`FileType::of_content`] judged it.
    pub file_type: String,
    /// Bytes.
    pub file_size: u64,
}

/// What `POST /v1/upload_file` answers, with 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadAnswer {
    /// What a registration names the file by.
    pub upload_id: String,
    /// Where the bytes go, by PUT.
    pub signed_request: String,
    /// Headers the PUT has to carry.
    pub headers: ByKey<String>,
    /// Seconds the address is good for.
    pub expires_in: u32,
}

/// ISO 14496-12: a file type box, whose major or one of whose compatible brands is one of HEVC-coded images'.
fn is_heic(first: &[u8]) -> bool {
    let Some(length) = first.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes) as usize) else {
        return false;
    };
    let end = length.min(first.len());
    end >= 16
        && first[4..8] == *b"ftyp"
        && first[8..end].chunks_exact(4).any(|brand| matches!(brand, b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx"))
}

/// Scanners write a blank line or a byte order mark before the header now and then.
fn without_leading_blanks(first: &[u8]) -> &[u8] {
    first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_judged_by_its_content() {
        let heic = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic";
        for (first, expected) in [
            (&b"\xFF\xD8\xFF\xE0\0\x10JFIF"[..], Some(FileType::Jpeg)),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Some(FileType::Png)),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Some(FileType::Webp)),
            (heic, Some(FileType::Heic)),
            (b"%PDF-1.7\n", Some(FileType::Pdf)),
            (b"\r\n%PDF-1.4\n", Some(FileType::Pdf)),
        ] {
            assert_eq!(FileType::of_content(first), expected);
        }
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for first in [
            &b""[..],
            b"\xFF\xD8",
            b"GIF89a",
            b"<svg xmlns=",
            b"<!doctype html>",
            b"PK\x03\x04",
            b"RIFF\x24\0\0\0WAVE",
            b"RIFF",
            b"\0\0\0\x18ftypavif\0\0\0\0avifmif1",
            b"MZ",
            b"hello %PDF-",
            b"\0\0\0\x08ftyp",
        ] {
            assert_eq!(FileType::of_content(first), None, "{first:?}");
        }
    }

    /// How files of other types begin, and such as are meant to be taken for two types at once.
    const FOREIGN: [&[u8]; 40] = [
        b"GIF87a",
        b"GIF89a/*<svg/onload=alert(1)>*/=1;",
        b"BM\x36\0\0\0",
        b"II*\0",
        b"MM\0*",
        b"\0\0\x01\0\x01\0",
        b"8BPS",
        b"\xFF\x0A",
        b"\0\0\0\x0CJXL \r\n\x87\n",
        b"\0\0\0\x0CjP  \r\n\x87\n",
        b"\0\0\0\x18ftypmp42\0\0\0\0isommp42",
        b"\0\0\0\x18ftypM4A \0\0\0\0heia",
        b"<?xml version=\"1.0\"?><svg onload=\"alert(1)\"/>",
        b"\xEF\xBB\xBF<svg onload=\"alert(1)\"/>",
        b"<html>%PDF-1.7",
        b"<!--\xFF\xD8\xFF\xE0-->",
        b"  \n<script>",
        b"\xFE\xFF\0<\0h\0t\0m\0l",
        b"\xFF\xFE<\0h\0t\0m\0l\0",
        b"PK\x03\x04%PDF-1.7",
        b"PK\x05\x06",
        b"Rar!\x1A\x07\x01\0",
        b"7z\xBC\xAF\x27\x1C",
        b"\x1F\x8B\x08",
        b"BZh9",
        b"\xFD7zXZ\0",
        b"\x7FELF",
        b"MZ\x90\0",
        b"\xCA\xFE\xBA\xBE",
        b"\0asm\x01\0\0\0",
        b"#!/bin/sh",
        b"{\\rtf1",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"%!PS-Adobe-3.0",
        b"%!PS\n%PDF-1.7",
        b"%FDF-1.2",
        b"ID3\x03%PDF-1.7",
        b"OggS",
        b"\x89PNG\n\x1A\n\0",
        b"\x89MNG\r\n\x1A\n",
    ];

    #[test]
    fn what_begins_as_something_else_is_none_of_them_whatever_follows() {
        for first in FOREIGN {
            assert_eq!(FileType::of_content(first), None, "{first:?}");
            // What makes it one of ours stands at the very beginning, or it is none.
            for ours in [&b"\xFF\xD8\xFF\xE0\0\x10JFIF"[..], b"\x89PNG\r\n\x1A\n", b"RIFF\x24\0\0\0WEBPVP8 ", b"%PDF-1.7\n"] {
                assert_eq!(FileType::of_content(&[first, ours].concat()), None, "{first:?} and {ours:?}");
            }
        }
    }

    #[test]
    fn a_media_type_reads_back() {
        for one in FileType::ALL {
            assert_eq!(FileType::parse(one.media_type()), Some(one));
        }
        assert_eq!(FileType::parse("IMAGE/JPG"), Some(FileType::Jpeg));
        assert_eq!(FileType::parse("image/svg+xml"), None);
    }
}
