//! Where an app lives and how careful one has to be with it: environment and region.

use std::sync::Arc;

/// What is at stake. Colour, wording and friction follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Environment {
    /// The embedded or stand-alone sandbox: nothing leaves this machine.
    Sandbox,
    /// A real app without real users.
    Test,
    /// Real users.
    Prod,
}

impl Environment {
    /// All, in the order of rising care.
    pub const ALL: [Self; 3] = [Self::Sandbox, Self::Test, Self::Prod];

    /// The value in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Test => "test",
            Self::Prod => "prod",
        }
    }
}

/// What stands in the place of a profile's name on the board of all of them; no profile is called so.
pub const ALL_PROFILES: &str = "all profiles";

/// Which app is meant: profile, `SDKAppID` and host in one name. Drafts and journal are kept under it,
/// and a write carries it, so that it cannot go to another app than the one that was reviewed (W8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AppKey(pub Arc<str>);

impl From<&str> for AppKey {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

/// A data center of the service. Riyadh stands only in some of the five pages, yet belongs to all
/// five commands as far as can be told (documents, *Create scheduled task*: Request URL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The value in the configuration.
    pub name: &'static str,
    /// The name on screen.
    pub label: &'static str,
    /// Its domain.
    pub domain: &'static str,
}

/// The seven regions that the documents of the five commands name.
pub const REGIONS: [Region; 7] = [
    Region { name: "china", label: "China", domain: "console.tim.qq.com" },
    Region { name: "singapore", label: "Singapore", domain: "adminapisgp.im.qcloud.com" },
    Region { name: "seoul", label: "Seoul", domain: "adminapikr.im.qcloud.com" },
    Region { name: "frankfurt", label: "Frankfurt", domain: "adminapiger.im.qcloud.com" },
    Region { name: "silicon-valley", label: "Silicon Valley", domain: "adminapiusa.im.qcloud.com" },
    Region { name: "jakarta", label: "Jakarta", domain: "adminapiidn.im.qcloud.com" },
    Region { name: "riyadh", label: "Riyadh", domain: "adminapiksa.im.qcloud.com" },
];

/// The region of that name.
pub fn region(name: &str) -> Option<&'static Region> {
    REGIONS.iter().find(|region| region.name == name)
}
