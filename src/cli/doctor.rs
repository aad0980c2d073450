//! `pushdeck doctor`: looks at everything that the dashboard stands on, from the config file to the
//! terminal, and says for each what it found and what to do about it.
//!
//! It asks with [`probe`], judges with [`verdict`] and prints with [`report`]. It goes on as far as
//! it can, changes nothing at the service, and shows no key, no signature and no password of a proxy.

mod probe;
mod report;
mod verdict;

use reqwest::Url;

use super::args::DoctorArgs;
use super::background::Embedded;
use super::clock::present;
use super::console::{Console, Exit};
use super::plan;
use crate::api::proxy::{self, Proxy};
use crate::api::signer::Signer;
use crate::api::{Connection, Context};
use crate::config::{self, Credential, Flags, Profile};
use crate::domain::Failure;
use crate::keymap::Keymap;
use crate::sandbox::Running;
use report::Report;
use verdict::{Check, CheckLine, Signed};

pub(super) async fn run(args: DoctorArgs, flags: &Flags, mut console: Console<'_>) -> Exit {
    let mut report = Report::new(args.json);
    let target = settle(flags, &mut console, &mut report).await;
    match &target {
        Some(target) => service(target, &mut console, &mut report).await,
        None => verdict::UNREACHED.into_iter().for_each(|check| {
            let because = if report.failed(Check::Config) { Check::Config } else { Check::Secret };
            report.add(verdict::skipped(check, because), console.out);
        }),
    }
    here(target.as_ref(), &mut console, &mut report);
    if let Some(Target { embedded: Some(running), .. }) = target {
        running.stop().await;
    }
    report.finish(&mut console)
}

/// What is to be called, once settings and secret are known.
struct Target {
    /// `None` when the secret could not be read: then the way can be looked at all the same.
    credential: Option<Credential>,
    connection: Service,
    /// Under which name its writes stand in the journal; `None` for the embedded sandbox.
    store_key: Option<String>,
    embedded: Option<Running>,
}

/// Where the calls would go.
struct Service {
    endpoint: String,
    sdkappid: u64,
    identifier: String,
    ca_file: Option<std::path::PathBuf>,
}

/// The lines of the settings: config, profile, secret.
async fn settle(flags: &Flags, console: &mut Console<'_>, report: &mut Report) -> Option<Target> {
    let loaded = config::load(flags, &console.env, console.system_zone.as_deref());
    // What the dashboard would refuse is wrong here, too.
    let loaded = loaded.and_then(|settings| Keymap::with(&settings.keys).map(|_| settings));
    for line in verdict::config(loaded.as_ref()) {
        report.add(line, console.out);
    }
    let Ok(settings) = loaded else {
        report.add(verdict::skipped(Check::Profile, Check::Config), console.out);
        report.add(verdict::skipped(Check::Secret, Check::Config), console.out);
        return None;
    };
    report.add(verdict::profile(&settings), console.out);
    match &settings.profile {
        Some(profile) => Some(configured(profile, console, report)),
        None => embedded(console, report).await,
    }
}

fn configured(profile: &Profile, console: &mut Console<'_>, report: &mut Report) -> Target {
    let credential = config::resolve_secret(profile, &console.env);
    report.add(verdict::secret(profile, credential.as_ref()), console.out);
    let connection = Service {
        endpoint: profile.endpoint.value.clone(),
        sdkappid: profile.sdkappid.value,
        identifier: profile.identifier.value.clone(),
        ca_file: profile.ca_file.as_ref().map(|file| file.value.clone()),
    };
    let store_key = Some(plan::store_key(profile));
    Target { credential: credential.ok(), connection, store_key, embedded: None }
}

async fn start_embedded() -> Result<(Running, Connection), String> {
    let embedded = Embedded::bind().await?;
    let connection = embedded.connection.clone();
    Ok((embedded.start().await?, connection))
}

/// Without a profile the dashboard opens on a sandbox of its own; so the same is started here.
async fn embedded(console: &mut Console<'_>, report: &mut Report) -> Option<Target> {
    match start_embedded().await {
        Ok((running, connection)) => {
            report.add(CheckLine::ok(Check::Secret, "made up for the embedded sandbox"), console.out);
            let Connection { base_url: endpoint, sdkappid, identifier, credential, ca_file } = connection;
            let connection = Service { endpoint, sdkappid, identifier, ca_file };
            Some(Target {
                credential: Some(credential),
                connection,
                store_key: None,
                embedded: Some(running),
            })
        }
        Err(words) => {
            report.add(
                CheckLine::fail(Check::Secret, words, "free some ports or memory and try again"),
                console.out,
            );
            None
        }
    }
}

/// The lines of the signature, of the way to the service, and of what it answers.
async fn service(target: &Target, console: &mut Console<'_>, report: &mut Report) {
    let Service { endpoint, sdkappid, identifier, ca_file } = &target.connection;
    let context = Context::new(present, rand::random);
    let credential = target.credential.clone();
    let signed = credential.as_ref().map(|credential| {
        let signer = Signer::new(*sdkappid, identifier, credential, context.now())?;
        let given = matches!(credential, Credential::Sig(_));
        Ok::<_, Failure>(Signed { until: signer.until(), given })
    });
    let line = match &signed {
        Some(signed) => verdict::signature(signed.as_ref(), identifier, *sdkappid, context.now()),
        None => verdict::skipped(Check::Signature, Check::Secret),
    };
    report.add(line, console.out);

    let Ok(base) = Url::parse(endpoint) else { return };
    let proxy = proxy::of(endpoint);
    let is_set = probe::PROXY_VARIABLES.iter().any(|name| console.env.get(name).is_some());
    report.add(verdict::proxy(proxy.as_ref(), is_set, &base), console.out);
    let reached = connection_lines(&base, proxy.as_ref(), console, report).await;
    let answered = reached && answers(target, &base, &context, console, report).await;
    for check in [Check::Tls, Check::Http, Check::Clock].into_iter().filter(|_| !reached) {
        report.add(verdict::skipped(check, report.last_failed()), console.out);
    }
    let (Some(credential), Some(Ok(_)), true) = (credential, signed, answered) else {
        for check in [Check::Access, Check::List] {
            report.add(verdict::skipped(check, report.last_failed()), console.out);
        }
        return;
    };
    let connection = Connection {
        base_url: endpoint.clone(),
        sdkappid: *sdkappid,
        identifier: identifier.clone(),
        credential,
        ca_file: ca_file.clone(),
    };
    let listed = probe::list(&connection, &context).await;
    for line in verdict::listed(listed.as_ref(), identifier, *sdkappid) {
        report.add(line, console.out);
    }
}

/// The lines of name and connection, to the proxy where there is one. Gives whether one stands.
async fn connection_lines(
    base: &Url,
    proxy: Option<&Proxy>,
    console: &mut Console<'_>,
    report: &mut Report,
) -> bool {
    let (host, port) = match proxy {
        Some(proxy) => (proxy.host.clone(), proxy.port),
        None => (
            base.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            base.port_or_known_default().unwrap_or(443),
        ),
    };
    let found = probe::addresses(&host, port).await;
    report.add(verdict::dns(&host, found.as_deref(), proxy), console.out);
    let Ok(addresses) = found else {
        report.add(verdict::skipped(Check::Tcp, Check::Dns), console.out);
        return false;
    };
    let connected = probe::connect(&addresses).await;
    report.add(verdict::tcp(connected.as_ref(), proxy), console.out);
    connected.is_ok()
}

/// The lines of TLS, HTTP and clock. Gives whether anything like the service answered.
async fn answers(
    target: &Target,
    base: &Url,
    context: &Context,
    console: &mut Console<'_>,
    report: &mut Report,
) -> bool {
    let ca_file = target.connection.ca_file.as_deref();
    let said = probe::hello(base.as_str(), ca_file, context).await;
    report.add(verdict::tls(base, said.as_ref(), ca_file), console.out);
    report.add(verdict::http(said.as_ref()), console.out);
    let line = match &said {
        Ok(hello) => verdict::clock(hello.skew),
        Err(_) => verdict::skipped(Check::Clock, report.last_failed()),
    };
    report.add(line, console.out);
    said.is_ok() && !report.failed(Check::Http)
}

/// The lines of this machine: state directory, journal, terminal.
fn here(target: Option<&Target>, console: &mut Console<'_>, report: &mut Report) {
    let state = probe::state_directory(&console.env);
    report.add(verdict::state(state.as_ref()), console.out);
    report.add(verdict::private(state.as_ref()), console.out);
    let key = target.and_then(|target| target.store_key.as_deref());
    let line = match &state {
        Some((path, Ok(_))) => verdict::journal(probe::journal(path, key)),
        Some((_, Err(_))) => verdict::skipped(Check::Journal, Check::State),
        None => CheckLine::skip(Check::Journal, "in memory only, so there is none to read"),
    };
    report.add(line, console.out);
    let size = if console.stdout_is_terminal { crossterm::terminal::size().ok() } else { None };
    let lines = verdict::terminal(&|name| console.env.text(name), size);
    for line in lines {
        report.add(line, console.out);
    }
}
