#pragma once

// Apart from the test, since moc stumbles over the brackets in such strings.

#include <QByteArray>

#include <vector>

namespace dank::test {

/// The same three memes in each layout. "ä😀" is in a title; the third has no upvotes.
struct Sample {
    const char *layout;
    const char *expected;
    QByteArray bytes;
};
inline const char *const kExpected = "a 5 first|x@1502621109, b 1992 ä😀|y@1502621110; c no upvotes";

inline const std::vector<Sample> &samples()
{
    static const QByteArray row1 =
        R"({"id": "a", "ups": 5, "title": "first", "author": "x", "created_utc": 1502621109, "media": "https://h/a.png"})";
    static const QByteArray row2 =
        R"({"id": "b", "ups": "1,992", "title": "ä😀", "author": "y", "created_utc": "1502621110", "media": "https://h/b.png"})";
    static const QByteArray row3 =
        R"({"id": "c", "ups": null, "title": "third", "author": "z", "media": "https://h/c.png"})";
    static const std::vector<Sample> all{
        {"TinyDB", kExpected, "{\"_default\": {\"1\": " + row1 + ", \"2\": " + row2 + ", \"3\": " + row3 + "}}"},
        {"TinyDB", kExpected, "{\"count\": 3, \"memes\": [" + row1 + "," + row2 + "," + row3 + "]}"},
        {"JSON list", kExpected, "[" + row1 + "," + row2 + "," + row3 + "]"},
        {"JSON lines", kExpected, row1 + "\n\r\n" + row2 + "\r\n" + row3},
        {"Reddit listing", kExpected,
         R"({"kind": "Listing", "data": {"after": "t3_x", "dist": 3, "children": [{"kind": "t3", "data": )" + row1
             + R"(}, {"kind": "t3", "data": )" + row2 + R"(}, {"kind": "t3", "data": )" + row3 + "}]}}"},
        {"Reddit listing", kExpected,
         R"([{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": )" + row1 + R"(}, {"data": )" + row2
             + R"(, "kind": "t3"}, {"kind": "t3", "data": )" + row3
             + R"(}]}}, {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {"id": "comment", "ups": 9}}]}}])"},
        {"Reddit post", "a 5 first|x@1502621109", R"({"kind": "t3", "data": )" + row1 + "}"},
        {"JSON object", "a 5 first|x@1502621109", row1},
        {"pandas columns", kExpected,
         R"({"id": {"0": "a", "1": "b", "2": "c"}, "ups": {"0": 5, "1": "1,992", "2": null}, "title": {"0": "first",
             "1": "ä😀", "2": "third"}, "author": {"0": "x", "1": "y", "2": "z"},
             "created_utc": {"0": 1502621109, "1": 1502621110.0}})"},
        {"pandas index", kExpected,
         R"({"a": {"ups": 5, "title": "first", "author": "x", "created": 1502621109}, "b": {"ups": "1,992", "title": "ä😀",
             "author": "y", "created": 1502621110}, "c": {"ups": null, "title": "third"}})"},
        {"pandas split", kExpected,
         R"({"columns": ["id", "ups", "title", "author", "date"], "index": [0, 1, 2], "data": [["a", 5, "first", "x",
             "2017-08-13T10:45:09Z"], ["b", "1,992", "ä😀", "y", 1502621110], ["c", null, "third", "z", null]]})"},
        {"JSON list", kExpected,
         R"([{"post": "/i/a", "url": "//i.h/a.png", "metadata": {"img-votes": "5", "author": "x", "title": "first"},
              "created": 1502621109}, {"post": "https://h/i/b", "metadata": {"img-votes": "1,992", "author": "y", "title": "ä😀"},
              "created": 1502621110}, {"post": "/i/c/", "metadata": {"views": "7"}}])"},
        {"CSV", kExpected,
         "\xef\xbb\xbfSubmission "
         "ID,Title,Upvotes,Author,UTC\r\na,first,5,x,1502621109\r\nb,\"ä😀\",\"1,992\",y,1502621110\r\n"
         "c,third,,z,\r\n"},
        {"CSV with semicolons", kExpected,
         "File Name;Title;Score;Author;Created Time\na.JPG;first;5;x;1502621109\nb.png;ä😀;1.992.0;y;1502621110\n"},
        {"TSV", kExpected,
         "id\ttitle\tscore\tauthor\tcreated\na\tfirst\t5\tx\t1502621109\nb\tä😀\t1992\ty\t1502621110\nc\tt\t\tz\t"},
    };
    return all;
}

inline const char *const kAddresses =
    R"([{"id": "a", "ups": 1, "media": null, "url": "https://h/a.png?x=1&amp;y=2", "title": {}}])";
inline const char *const kPreviews = R"([{"ups": 1, "url": "https://h/p/abc.png?x=1", "preview": {"images": [{"source":
    {"url": "no"}}]}}, {"ups": 1, "preview": {"images": [{"source": {"url": "no"}}]}}])";

}  // namespace dank::test
