//! Terminal events as messages, from a thread that waits for them.

use std::io;
use std::thread;

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

use crate::app::Message;

/// Starts the thread that reads the terminal. It ends with the process, when nobody listens any
/// more, or when the terminal is gone; then it asks the loop to end.
///
/// # Errors
/// When no thread can be started.
pub fn listen(to: mpsc::Sender<Message>) -> io::Result<()> {
    thread::Builder::new().name("input".to_owned()).spawn(move || forward(event::read, &to)).map(|_| ())
}

/// Reads until the terminal or the listener is gone. A full queue makes it wait, which makes the
/// terminal wait, and loses nothing.
fn forward(mut read: impl FnMut() -> io::Result<Event>, to: &mpsc::Sender<Message>) {
    loop {
        let message = match read() {
            Ok(event) => match message_of(event) {
                Some(message) => message,
                None => continue,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => {
                // Nobody listens: then the loop has ended already.
                let _ = to.blocking_send(Message::EndAsked);
                return;
            }
        };
        if to.blocking_send(message).is_err() {
            return;
        }
    }
}

fn message_of(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Paste(text) => Some(Message::Pasted(text)),
        Event::Resize(columns, rows) => Some(Message::Resized { columns, rows }),
        Event::FocusGained | Event::FocusLost | Event::Mouse(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    #[test]
    fn events_become_messages_in_order_and_a_terminal_that_is_gone_asks_for_the_end() {
        let key = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
        let mut events = vec![
            Err(io::Error::other("gone")),
            Ok(Event::Resize(80, 24)),
            Err(io::Error::from(io::ErrorKind::Interrupted)),
            Ok(Event::Paste("ab".to_owned())),
            Ok(Event::FocusLost),
            Ok(Event::Key(key)),
        ];
        let (to, mut from) = mpsc::channel(8);
        forward(|| events.pop().unwrap(), &to);
        drop(to);
        let mut got = Vec::new();
        while let Ok(message) = from.try_recv() {
            got.push(message);
        }
        let resized = Message::Resized { columns: 80, rows: 24 };
        assert_eq!(got, [Message::Key(key), Message::Pasted("ab".to_owned()), resized, Message::EndAsked]);
    }

    #[test]
    fn the_thread_ends_when_nobody_listens() {
        let (to, from) = mpsc::channel(1);
        drop(from);
        forward(|| Ok(Event::Resize(1, 1)), &to);
    }
}
