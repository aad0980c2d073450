//! Time zones by the names that people use, to the names that IANA gives them.
//!
//! What is meant comes before what is spelled alike: `CST` is no misspelt `CET`. A name that fits two
//! zones is refused with both, for an hour of difference is a push at the wrong time.

use crate::domain::{Zone, text};

/// More names than this are no help.
const MOST: usize = 3;

/// Shorter names are abbreviations: another letter makes another zone.
const SHORTEST_SPELLING: usize = 5;

/// What people write, folded and without signs, and the zones that they may mean.
const MEANT: [(&[&str], &[&str]); 75] = [
    // Abbreviations.
    (&["cst"], &["Asia/Shanghai", "America/Chicago"]),
    (&["cdt"], &["America/Chicago"]),
    (&["est"], &["America/New_York", "America/Panama"]),
    (&["edt", "et", "eastern", "eastern time", "us eastern"], &["America/New_York"]),
    (&["mst"], &["America/Denver", "America/Phoenix"]),
    (&["mdt", "mt", "mountain", "mountain time"], &["America/Denver"]),
    (&["pst", "pdt", "pt", "pacific", "pacific time", "us pacific"], &["America/Los_Angeles"]),
    (&["ct", "central", "central time", "us central"], &["America/Chicago"]),
    (&["akst", "akdt", "alaska"], &["America/Anchorage"]),
    (&["hawaii"], &["Pacific/Honolulu"]),
    (&["ast"], &["Asia/Riyadh", "America/Halifax"]),
    (&["nst", "ndt"], &["America/St_Johns"]),
    (&["brt", "brazil"], &["America/Sao_Paulo"]),
    (&["art"], &["America/Argentina/Buenos_Aires"]),
    (&["ist"], &["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]),
    (&["bst"], &["Europe/London", "Asia/Dhaka"]),
    (&["cest"], &["Europe/Berlin", "Europe/Paris"]),
    (&["eest"], &["Europe/Athens", "Europe/Helsinki"]),
    (&["west", "wst"], &["Europe/Lisbon"]),
    (&["msk", "moskau", "russia"], &["Europe/Moscow"]),
    (&["trt", "turkey", "ankara"], &["Europe/Istanbul"]),
    (&["sast", "johannesburg", "south africa"], &["Africa/Johannesburg"]),
    (&["cat"], &["Africa/Maputo"]),
    (&["eat"], &["Africa/Nairobi"]),
    (&["wat"], &["Africa/Lagos"]),
    (&["gst", "dubai", "abu dhabi", "uae", "emirates"], &["Asia/Dubai"]),
    (&["pkt", "pakistan", "islamabad", "lahore"], &["Asia/Karachi"]),
    (&["npt", "nepal"], &["Asia/Kathmandu"]),
    (&["ict"], &["Asia/Bangkok", "Asia/Ho_Chi_Minh"]),
    (&["wib"], &["Asia/Jakarta"]),
    (&["wita"], &["Asia/Makassar"]),
    (&["wit"], &["Asia/Jayapura"]),
    (&["sgt", "新加坡"], &["Asia/Singapore"]),
    (&["sst"], &["Asia/Singapore", "Pacific/Pago_Pago"]),
    (&["myt", "malaysia", "penang"], &["Asia/Kuala_Lumpur"]),
    (&["pht", "philippines", "cebu"], &["Asia/Manila"]),
    (&["hkt", "香港"], &["Asia/Hong_Kong"]),
    (&["jst", "osaka", "kyoto", "东京", "東京", "日本"], &["Asia/Tokyo"]),
    (&["kst", "korea", "south korea", "busan", "首尔", "서울"], &["Asia/Seoul"]),
    (&["awst"], &["Australia/Perth"]),
    (&["acst", "acdt"], &["Australia/Adelaide", "Australia/Darwin"]),
    (&["aest", "aedt", "canberra"], &["Australia/Sydney", "Australia/Brisbane"]),
    (&["australia"], &["Australia/Sydney", "Australia/Perth"]),
    (&["nzst", "nzdt", "new zealand", "wellington"], &["Pacific/Auckland"]),
    // Countries and cities that the database has under another name.
    (
        &[
            "china",
            "beijing",
            "peking",
            "shenzhen",
            "guangzhou",
            "hangzhou",
            "chengdu",
            "nanjing",
            "wuhan",
            "中国",
            "北京",
            "上海",
            "深圳",
            "广州",
            "北京时间",
        ],
        &["Asia/Shanghai"],
    ),
    (&["macao", "澳门"], &["Asia/Macau"]),
    (&["taiwan", "台北"], &["Asia/Taipei"]),
    (
        &[
            "india",
            "mumbai",
            "bombay",
            "delhi",
            "new delhi",
            "bangalore",
            "bengaluru",
            "chennai",
            "hyderabad",
        ],
        &["Asia/Kolkata"],
    ),
    (&["indonesia"], &["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
    (&["bali", "denpasar"], &["Asia/Makassar"]),
    (&["surabaya", "bandung", "雅加达"], &["Asia/Jakarta"]),
    (&["vietnam", "hanoi", "da nang"], &["Asia/Ho_Chi_Minh"]),
    (&["thailand", "phuket"], &["Asia/Bangkok"]),
    (&["bangladesh"], &["Asia/Dhaka"]),
    (&["saudi", "saudi arabia", "ksa", "jeddah", "mecca"], &["Asia/Riyadh"]),
    (&["qatar", "doha"], &["Asia/Qatar"]),
    (&["israel", "tel aviv"], &["Asia/Jerusalem"]),
    (&["germany", "frankfurt", "munich", "hamburg", "cologne"], &["Europe/Berlin"]),
    (&["france", "lyon", "marseille"], &["Europe/Paris"]),
    (&["spain", "barcelona"], &["Europe/Madrid"]),
    (&["italy", "milan"], &["Europe/Rome"]),
    (&["netherlands", "rotterdam"], &["Europe/Amsterdam"]),
    (&["switzerland", "geneva", "bern"], &["Europe/Zurich"]),
    (&["uk", "england", "britain", "great britain", "manchester"], &["Europe/London"]),
    (&["ireland"], &["Europe/Dublin"]),
    (&["st petersburg"], &["Europe/Moscow"]),
    (
        &["nyc", "washington", "washington dc", "boston", "miami", "atlanta", "philadelphia"],
        &["America/New_York"],
    ),
    (&["houston", "dallas", "austin", "san antonio"], &["America/Chicago"]),
    (&["salt lake city"], &["America/Denver"]),
    (
        &[
            "la",
            "san francisco",
            "silicon valley",
            "seattle",
            "san diego",
            "san jose",
            "california",
            "las vegas",
            "portland",
        ],
        &["America/Los_Angeles"],
    ),
    (
        &["usa", "us", "united states", "america"],
        &["America/New_York", "America/Chicago", "America/Los_Angeles"],
    ),
    (&["canada"], &["America/Toronto", "America/Vancouver"]),
    (&["mexico"], &["America/Mexico_City"]),
    (&["rio", "rio de janeiro", "brasilia"], &["America/Sao_Paulo"]),
    (&["local", "system", "localtime", "auto"], &[]),
];

/// Zones without summer time by their distance from UTC in minutes; where few people live there are none.
const BY_OFFSET: [(i32, &[&str]); 21] = [
    (-600, &["Pacific/Honolulu"]),
    (-420, &["America/Phoenix"]),
    (-300, &["America/Bogota", "America/Lima"]),
    (-240, &["America/Manaus"]),
    (-180, &["America/Sao_Paulo", "America/Argentina/Buenos_Aires"]),
    (0, &["UTC"]),
    (60, &["Africa/Lagos"]),
    (120, &["Africa/Johannesburg"]),
    (180, &["Asia/Riyadh", "Europe/Istanbul", "Europe/Moscow"]),
    (210, &["Asia/Tehran"]),
    (240, &["Asia/Dubai"]),
    (270, &["Asia/Kabul"]),
    (300, &["Asia/Karachi", "Asia/Tashkent"]),
    (330, &["Asia/Kolkata"]),
    (345, &["Asia/Kathmandu"]),
    (360, &["Asia/Dhaka"]),
    (390, &["Asia/Yangon"]),
    (420, &["Asia/Jakarta", "Asia/Bangkok", "Asia/Ho_Chi_Minh"]),
    (480, &["Asia/Shanghai", "Asia/Singapore", "Asia/Hong_Kong"]),
    (540, &["Asia/Tokyo", "Asia/Seoul"]),
    (600, &["Australia/Brisbane"]),
];

/// Names of the database that people use for something else: those zones have no summer time.
const MISTAKABLE: [&str; 2] = ["EST", "MST"];

/// The zone of this name, if it can mean nothing else.
pub(super) fn read(name: &str) -> Option<Zone> {
    if MISTAKABLE.contains(&name) { None } else { name.parse().ok() }
}

/// `; did you mean "Asia/Shanghai" or "America/Chicago"? Allowed`, or `; allowed` when nothing is near.
pub(super) fn advice(name: &str) -> String {
    let zones = meant(name);
    let Some((last, others)) = zones.split_last() else { return "; allowed".to_owned() };
    let others = others.iter().map(|zone| format!("\"{zone}\"")).collect::<Vec<_>>().join(", ");
    let or = if others.is_empty() { "" } else { " or " };
    format!("; did you mean {others}{or}\"{last}\"? Allowed")
}

/// The zones that a name may mean, the likeliest first.
fn meant(name: &str) -> Vec<String> {
    let key = plain(name);
    let known = |key: &str| MEANT.iter().find(|(names, _)| names.contains(&key));
    if let Some((_, zones)) = known(&key).or_else(|| known(city(&key))) {
        return zones.iter().map(|zone| (*zone).to_owned()).collect();
    }
    if let Some(minutes) = offset(name) {
        return at_offset(minutes);
    }
    let folded: Vec<(String, &str)> = Zone::all().map(|zone| (plain(zone.name()), zone.name())).collect();
    let found = by_name(&key, &folded).or_else(|| by_spelling(&key, &folded));
    found.map(str::to_owned).into_iter().collect()
}

/// Folded, with one blank for every run of signs but the `/`.
fn plain(name: &str) -> String {
    let words = text::fold(name).replace(['_', '-', '.', ','], " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The city of a zone, without its continent.
fn city(plain: &str) -> &str {
    plain.rsplit('/').next().unwrap_or(plain)
}

/// A place before an old name of the database, such as `Singapore`.
fn by_name<'a>(key: &str, zones: &[(String, &'a str)]) -> Option<&'a str> {
    let whole = || zones.iter().find(|(plain, _)| plain == key);
    let place = |plain: &str| plain.contains('/') && !plain.starts_with("etc/");
    let found = whole().filter(|(plain, _)| plain.contains('/'));
    let found = found.or_else(|| zones.iter().find(|(plain, _)| place(plain) && city(plain) == city(key)));
    found.or_else(whole).map(|(_, name)| *name)
}

fn by_spelling<'a>(key: &str, zones: &[(String, &'a str)]) -> Option<&'a str> {
    if key.chars().count() < SHORTEST_SPELLING {
        return None;
    }
    let near = text::nearest(key, zones.iter().map(|(plain, _)| plain.as_str()));
    if let Some(near) = near {
        return by_name(near, zones);
    }
    let cities = zones.iter().map(|(plain, _)| city(plain)).filter(|city| city.len() >= SHORTEST_SPELLING);
    by_name(text::nearest(key, cities)?, zones)
}

/// `UTC+8`, `GMT-03:30`, `+0800`: minutes ahead of UTC.
fn offset(name: &str) -> Option<i32> {
    let name = name.trim().to_ascii_uppercase().replace(' ', "");
    let rest = name.strip_prefix("UTC").or_else(|| name.strip_prefix("GMT")).unwrap_or(&name);
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-" | "\u{2212}", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 1 | 2) => (digits, "0"),
        (None, 3 | 4) => digits.split_at_checked(digits.len() - 2)?,
        (None, _) => return None,
    };
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let fits = hours <= 14 && minutes < 60;
    fits.then(|| sign * (i32::from(hours) * 60 + i32::from(minutes)))
}

/// Places with this distance, and for whole hours the zone that is nothing else. Its sign is turned
/// round, as POSIX has it.
fn at_offset(minutes: i32) -> Vec<String> {
    let places = BY_OFFSET.iter().find(|(at, _)| *at == minutes).map_or(&[][..], |(_, zones)| zones);
    let mut zones: Vec<String> = places.iter().take(MOST).map(|zone| (*zone).to_owned()).collect();
    if minutes != 0 && minutes % 60 == 0 {
        let fixed = format!("Etc/GMT{:+}", -minutes / 60);
        zones.extend(Some(fixed).filter(|name| name.parse::<Zone>().is_ok()));
    }
    zones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_that_is_offered_is_one_and_is_taken() {
        let named = MEANT
            .iter()
            .flat_map(|(_, zones)| zones.iter())
            .chain(BY_OFFSET.iter().flat_map(|(_, zones)| *zones));
        for zone in named {
            assert!(read(zone).is_some(), "{zone}");
        }
        for hour in -12..=14 {
            assert!(at_offset(hour * 60).iter().all(|zone| read(zone).is_some()), "{hour}");
        }
        // Nothing stands in the table that can never be met.
        let mut all: Vec<&str> = MEANT.iter().flat_map(|(names, _)| names.iter().copied()).collect();
        assert!(all.iter().all(|name| plain(name) == *name && read(name).is_none()), "{all:?}");
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn an_abbreviation_is_read_by_what_it_means_not_by_how_it_is_spelled() {
        for (name, zones) in [
            ("CST", &["Asia/Shanghai", "America/Chicago"][..]),
            ("cst", &["Asia/Shanghai", "America/Chicago"]),
            ("EST", &["America/New_York", "America/Panama"]),
            ("IST", &["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]),
            ("PST", &["America/Los_Angeles"]),
            ("BST", &["Europe/London", "Asia/Dhaka"]),
            ("HKT", &["Asia/Hong_Kong"]),
            ("SGT", &["Asia/Singapore"]),
            ("JST", &["Asia/Tokyo"]),
            ("KST", &["Asia/Seoul"]),
            ("WIB", &["Asia/Jakarta"]),
            ("XST", &[]),
            ("local", &[]),
        ] {
            assert_eq!(meant(name), zones, "{name}");
            assert_eq!(read(name), None, "{name}");
        }
        assert_eq!(advice("CST"), "; did you mean \"Asia/Shanghai\" or \"America/Chicago\"? Allowed");
        assert_eq!(
            advice("IST"),
            "; did you mean \"Asia/Kolkata\", \"Asia/Jerusalem\" or \"Europe/Dublin\"? Allowed"
        );
        assert_eq!(advice("the office"), "; allowed");
    }

    #[test]
    fn cities_and_countries_find_their_zone_however_they_are_written() {
        for (name, zone) in [
            ("China", "Asia/Shanghai"),
            ("Beijing", "Asia/Shanghai"),
            ("Asia/Beijing", "Asia/Shanghai"),
            ("北京", "Asia/Shanghai"),
            ("hong kong", "Asia/Hong_Kong"),
            ("Hong-Kong", "Asia/Hong_Kong"),
            ("São Paulo", "America/Sao_Paulo"),
            ("Frankfurt", "Europe/Berlin"),
            ("Silicon Valley", "America/Los_Angeles"),
            ("new york", "America/New_York"),
            ("Europe/Shanghai", "Asia/Shanghai"),
            ("Asia/Shangai", "Asia/Shanghai"),
            ("Shanghay", "Asia/Shanghai"),
            ("asia/shanghai", "Asia/Shanghai"),
            ("europe/berlin", "Europe/Berlin"),
            ("Singapur", "Asia/Singapore"),
        ] {
            assert_eq!(meant(name), [zone], "{name}");
        }
    }

    #[test]
    fn a_distance_from_utc_finds_places_that_always_have_it() {
        for name in ["UTC+8", "GMT+8", "utc +08:00", "+0800", "+8", "UTC+08"] {
            assert_eq!(
                meant(name),
                ["Asia/Shanghai", "Asia/Singapore", "Asia/Hong_Kong", "Etc/GMT-8"],
                "{name}"
            );
        }
        assert_eq!(meant("UTC+5:30"), ["Asia/Kolkata"]);
        assert_eq!(meant("GMT-5"), ["America/Bogota", "America/Lima", "Etc/GMT+5"]);
        assert_eq!(meant("UTC+0"), ["UTC"]);
        assert_eq!(meant("UTC-11"), ["Etc/GMT+11"]);
        for name in ["+", "UTC+15", "UTC+8:60", "+12345", "UTC+x"] {
            assert_eq!(meant(name), [""; 0], "{name}");
        }
    }
}
