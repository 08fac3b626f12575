//! JSON that is written while it is made: tables of millions of numbers, which no tree of values is
//! built for.

use serde::Serialize;

/// An object in the making.
pub(crate) struct Object<'a> {
    text: &'a mut Vec<u8>,
    is_empty: bool,
}

/// A file: an object, and a newline.
pub(crate) fn file(write: impl FnOnce(&mut Object<'_>)) -> String {
    let mut text = Vec::new();
    object(&mut text, write);
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is made of strings and numbers")
}

fn object(text: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    text.push(b'{');
    write(&mut Object {
        text,
        is_empty: true,
    });
    text.push(b'}');
}

fn value(text: &mut Vec<u8>, value: impl Serialize) {
    serde_json::to_writer(text, &value).expect("memory takes strings, numbers and lists of them");
}

impl Object<'_> {
    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.is_empty {
            self.text.push(b',');
        }
        self.is_empty = false;
        value(self.text, name);
        self.text.push(b':');
        self.text
    }

    /// A field.
    pub(crate) fn field(&mut self, name: &str, field: impl Serialize) {
        value(self.name(name), field);
    }

    /// A field that is an object.
    pub(crate) fn object(&mut self, name: &str, write: impl FnOnce(&mut Object<'_>)) {
        object(self.name(name), write);
    }

    /// A field that is a list.
    pub(crate) fn list<T: Serialize>(&mut self, name: &str, items: impl IntoIterator<Item = T>) {
        let text = self.name(name);
        text.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            value(text, item);
        }
        text.push(b']');
    }

    /// A field that is a list of objects.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Object<'_>, T),
    ) {
        let text = self.name(name);
        text.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            object(text, |object| write(object, item));
        }
        text.push(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_json() {
        let text = file(|file| {
            file.field("a \"name\"", 1);
            file.object("empty", |_| {});
            file.list("list", [Some("x"), None]);
            file.list::<u8>("none", []);
            file.objects("objects", [1, 2], |object, number| {
                object.field("number", number);
            });
        });
        assert_eq!(
            text,
            "{\"a \\\"name\\\"\":1,\"empty\":{},\"list\":[\"x\",null],\"none\":[],\
             \"objects\":[{\"number\":1},{\"number\":2}]}\n"
        );
    }
}
