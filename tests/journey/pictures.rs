//! Pictures as phones and cameras make them, with what they write into them, and what can be seen in one that was stored.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageReader, Rgb, RgbImage};

/// What a picture says of itself.
#[derive(Clone, Copy)]
pub(crate) struct Said {
    /// How the camera was held: EXIF's orientation, 1 to 8.
    pub(crate) turn: u16,
    /// Whether it says where it was taken.
    pub(crate) place: bool,
}

/// Nothing but that it is upright.
pub(crate) const CLEAN: Said = Said { turn: 1, place: false };

/// Red, green, blue and yellow, clockwise from the corner at the top left.
const CORNERS: [[u8; 3]; 4] = [[255, 0, 0], [0, 128, 0], [0, 0, 255], [255, 255, 0]];

/// A picture of the corners, as a camera that was held so stores it. `grain` makes it as heavy as a photo.
fn taken(width: u32, height: u32, turn: u16, grain: bool) -> RgbImage {
    let upright = RgbImage::from_fn(width, height, |x, y| {
        let corner = match (x < width / 2, y < height / 2) {
            (true, true) => 0,
            (false, true) => 1,
            (false, false) => 2,
            (true, false) => 3,
        };
        // Any sequence that does not repeat looks like grain to a compressor.
        let noise = if grain { (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35) >> 27 } else { 0 };
        let noise = u8::try_from(noise).unwrap_or_default();
        Rgb(CORNERS[corner].map(|value: u8| if value > 127 { value - noise } else { value + noise }))
    });
    // Each turn undoes itself, but for those to the left and to the right.
    let back = match turn {
        6 => 8,
        8 => 6,
        other => other,
    };
    let mut picture = DynamicImage::from(upright);
    picture.apply_orientation(Orientation::from_exif(u8::try_from(back).unwrap()).expect("1 to 8"));
    picture.into_rgb8()
}

/// EXIF with what is said, in the order of bytes that cameras have used longest.
fn exif(said: Said) -> Vec<u8> {
    let entries: u16 = if said.place { 2 } else { 1 };
    let after = 8 + 2 + u32::from(entries) * 12 + 4;
    let mut bytes = b"MM\0*\0\0\0\x08".to_vec();
    bytes.extend(entries.to_be_bytes());
    bytes.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1]);
    bytes.extend(said.turn.to_be_bytes());
    bytes.extend([0, 0]);
    if said.place {
        bytes.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1]);
        bytes.extend(after.to_be_bytes());
    }
    bytes.extend([0; 4]);
    if said.place {
        // North, and no more: a place is a place.
        bytes.extend([0, 1, 0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0, 0, 0, 0, 0]);
    }
    bytes
}

fn encoded(mut encoder: impl ImageEncoder, picture: &RgbImage, said: Said) {
    if said.turn != 1 || said.place {
        encoder.set_exif_metadata(exif(said)).unwrap();
    }
    encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
}

/// A JPEG of 300 by 400 pixels, once it is upright.
pub(crate) fn jpeg(said: Said) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(JpegEncoder::new_with_quality(&mut bytes, 90), &taken(300, 400, said.turn, false), said);
    bytes
}

/// The same as PNG.
pub(crate) fn png(said: Said) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(PngEncoder::new(&mut bytes), &taken(300, 400, said.turn, false), said);
    bytes
}

/// The same as WebP.
pub(crate) fn webp(said: Said) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(WebPEncoder::new_lossless(&mut bytes), &taken(300, 400, said.turn, false), said);
    bytes
}

/// A photo of 12 megapixels, 3,000 by 4,000 once it is upright.
pub(crate) fn photo(said: Said) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(JpegEncoder::new_with_quality(&mut bytes, 92), &taken(3_000, 4_000, said.turn, true), said);
    bytes
}

/// A till roll, long and narrow, as PNG.
pub(crate) fn roll() -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(PngEncoder::new(&mut bytes), &taken(800, 4_800, 1, false), CLEAN);
    bytes
}

/// Width and height of a picture as whoever opens it sees it. Its corners have to be where they belong.
pub(crate) fn seen_upright(name: &str, bytes: &[u8]) -> (u32, u32) {
    let mut decoder = ImageReader::new(Cursor::new(bytes)).with_guessed_format().unwrap().into_decoder().expect("a picture");
    let orientation = decoder.orientation().unwrap();
    let mut picture = DynamicImage::from_decoder(decoder).expect("a picture");
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    let (width, height) = picture.dimensions();
    let (right, bottom) = (width - 10, height - 10);
    for (place, expected) in [(9, 9), (right, 9), (right, bottom), (9, bottom)].into_iter().zip(CORNERS) {
        let found = picture.get_pixel(place.0, place.1).0;
        let near = found.iter().zip(expected).all(|(found, expected)| found.abs_diff(expected) < 60);
        assert!(near, "{name}: at {place:?} of {width}×{height} is {found:?}, not {expected:?}");
    }
    (width, height)
}

/// Whether a picture says anything that cameras write.
pub(crate) fn says_something(bytes: &[u8]) -> bool {
    [&b"Exif\0"[..], b"eXIf", b"EXIF", b"MM\0*"].iter().any(|mark| bytes.windows(mark.len()).any(|window| window == *mark))
}
