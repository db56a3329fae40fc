#pragma once

// Apart from the tests, since moc stumbles over the brackets in such strings.

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <vector>

#include "tests/feeds/packing.h"

namespace dank::test {

/// A file of memes as each of the sources that the program knows writes it. Beside it stand pictures of the memes m1 to
/// m10, `memes/m1.png`. Of the rows m1 to m8 can be used and have a hundred upvotes each times their number; one has
/// none, and one no picture.
struct FeedFormat {
    const char *name;
    const char *file;
    QByteArray bytes;
    QString layout;
    QString mapping;  ///< "field=column …" in the order of FeedField
    int usable = 8, skipped = 2;
    bool upvotes = true;  ///< does it tell them?
};

inline QString mapped(const char *id, const char *image, const char *upvotes, const char *title, const char *author,
                      const char *group = "", const char *created = "", const char *label = "")
{
    QStringList parts;
    const char *const fields[] = {"id", "image", "upvotes", "title", "author", "group", "created", "label"};
    const char *const columns[] = {id, image, upvotes, title, author, group, created, label};
    for (int f = 0; f < 8; ++f)
        if (*columns[f])
            parts << QString::fromLatin1(fields[f]) + '=' + QString::fromLatin1(columns[f]);
    return parts.join(' ');
}

/// `row` for each meme, with %1 its id, %2 its upvotes and %3 its number; the ninth has `none` for upvotes, and the
/// tenth is of a picture that is not there.
inline QByteArrayList rowsOf(const QByteArray &row, const QByteArray &none = "null")
{
    QByteArrayList rows;
    for (int i = 1; i <= 10; ++i) {
        QByteArray one = row;
        one.replace("%1", i == 10 ? QByteArray("gone") : "m" + QByteArray::number(i));
        one.replace("%2", i == 9 ? none : QByteArray::number(i * 100));
        rows << one.replace("%3", QByteArray::number(i));
    }
    return rows;
}

inline QByteArray numbered(const QByteArrayList &rows)
{
    QByteArrayList members;
    for (int i = 0; i < rows.size(); ++i)
        members << '"' + QByteArray::number(i + 1) + "\": " + rows[i];
    return '{' + members.join(", ") + '}';
}

inline std::vector<FeedFormat> feedFormats()
{
    const QByteArray tiny = R"({"id": "%1", "ups": %2, "title": "t %3", "author": "a%3", "created_utc": 1502621109.0,
        "media": "https://i.redd.it/%1.png", "subreddit": "memes"})";
    const QByteArrayList rows = rowsOf(tiny);
    const QString tinyMapping = mapped("id", "media", "ups", "title", "author", "subreddit", "created_utc");
    const QByteArray pushshift = R"({"id": "%1", "name": "t3_%1", "score": %2, "title": "t %3", "author": "a%3",
        "created_utc": "1502621109", "retrieved_on": 1502721109, "url": "https://i.redd.it/%1.png",
        "subreddit": "dankmemes", "over_18": false, "gilded": 0})";
    const QByteArray lines = rowsOf(QByteArray(pushshift).replace("\n", " ")).join('\n') + '\n';
    const QString pushshiftMapping = mapped("id", "url", "score", "title", "author", "subreddit", "created_utc");
    const QByteArray post = R"({"kind": "t3", "data": {"id": "%1", "name": "t3_%1", "ups": %2, "score": %2,
        "upvote_ratio": 0.97, "title": "t %3", "author": "a%3", "subreddit": "memes", "created_utc": 1502621109.0,
        "url": "https://www.reddit.com/gallery/%1", "url_overridden_by_dest": "https://i.redd.it/%1.png",
        "preview": {"images": [{"source": {"url": "https://p/%1.png?s=1&amp;w=2", "width": 4, "height": 4}}]}}})";
    const QString postMapping =
        mapped("id", "url_overridden_by_dest", "ups", "title", "author", "subreddit", "created_utc");
    const QByteArray api = R"({"postLink": "https://redd.it/%1", "subreddit": "me_irl", "title": "t %3",
        "url": "https://i.redd.it/%1.png", "nsfw": false, "spoiler": false, "author": "a%3", "ups": %2, "preview": []})";
    const QByteArray flip = R"({"url": "//i.imgflip.com/%1.png", "post": "https://imgflip.com/i/%1", "metadata":
        {"views": "9,123", "img-votes": %2, "title": "Some Template", "author": "a%3"}, "boxes": ["top", "bottom"]})";
    const QByteArrayList flips = rowsOf(flip);
    QByteArray memotion = ",image_name,image_url,text_ocr,text_corrected,humour,sarcasm,offensive,motivational,"
                          "overall_sentiment\r\n";
    for (int i = 1; i <= 10; ++i)
        memotion += QByteArray::number(i - 1) + ",m" + QByteArray::number(i == 10 ? 99 : i)
                    + ".PNG,https://h/x,\"LOOK,\n"
                      "THERE\",\"look, \"\"there\"\"\","
                    + (i == 9  ? ""
                       : i % 2 ? "not_funny"
                               : "hilarious")
                    + ",general,slight,motivational,positive\r\n";
    QByteArray hateful;
    for (int i = 1; i <= 10; ++i)
        hateful += R"({"id": )" + QByteArray::number(i) + R"(, "img": "memes\/m)" + QByteArray::number(i == 10 ? 99 : i)
                   + R"(.png", "label": )" + (i == 9 ? "null" : QByteArray::number(i % 2)) + R"(, "text": "t"})" + '\n';
    QByteArray csv = "\xef\xbb\xbfid,Title,Upvotes,Author,Created UTC\r\n", points = "id;title;score;author;views\n";
    for (int i = 1; i <= 10; ++i) {
        const QByteArray id = i == 10 ? QByteArray("gone") : "m" + QByteArray::number(i), n = QByteArray::number(i);
        csv += id + ",\"line one\r\nline \"\"two\"\"\","
               + (i == 9   ? ""
                  : i == 8 ? "0.8k"
                           : n + "00")
               + ",a" + n + ",2017-08-13T10:45:09Z\r\n";
        points += id + ";\xc3\xa4 " + n + ';' + (i == 9 ? "" : n + "00,0") + ";a" + n + ";1.234,5\n";
    }
    QByteArray columns, index, split;
    {
        QByteArrayList ids, ups, titles, byId, data;
        for (int i = 1; i <= 10; ++i) {
            const QByteArray id = i == 10 ? QByteArray("gone") : "m" + QByteArray::number(i);
            const QByteArray votes = i == 9 ? QByteArray("null") : QByteArray::number(i * 100);
            const QByteArray at = '"' + QByteArray::number(i - 1) + "\": ";
            ids << at + '"' + id + '"';
            ups << at + votes;
            titles << at + "\"t\"";
            byId << '"' + id + R"(": {"ups": )" + votes + R"(, "title": "t"})";
            data << "[\"" + id + "\", " + votes + ", \"t\"]";
        }
        columns = R"({"id": {)" + ids.join(", ") + R"(}, "ups": {)" + ups.join(", ") + R"(}, "title": {)"
                  + titles.join(", ") + "}}";
        index = '{' + byId.join(", ") + '}';
        split = R"({"columns": ["id", "ups", "title"], "index": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "data": [)"
                + data.join(", ") + "]}";
    }
    const QString plain = mapped("id", "", "ups", "title", "");
    return {
        {"TinyDB", "db.json", R"({"_default": )" + numbered(rows) + '}', "TinyDB", tinyMapping},
        {"TinyDB, a table a community", "tables.json",
         R"({"_default": {"1": {"last_run": "2018"}}, "funny": )" + numbered(rows.mid(0, 4)) + R"(, "memes": )"
             + numbered(rows.mid(4)) + '}',
         "TinyDB", tinyMapping},
        {"JSON list", "list.json", '[' + rows.join(", ") + ']', "JSON list", tinyMapping},
        {"pandas columns", "columns.json", columns, "pandas columns", plain},
        {"pandas index", "index.json", index, "pandas index", mapped("", "", "ups", "title", "")},
        {"pandas split", "split.json", split, "pandas split", plain},
        {"pandas records", "records.json", '[' + rowsOf(R"({"id":"%1","ups":%2,"title":"t"})").join(',') + ']',
         "JSON list", plain},
        {"Pushshift", "RS_2017-08.ndjson", lines, "JSON lines", pushshiftMapping},
        {"Pushshift, gzip", "RS_2017-08.gz", gzipped(lines), "JSON lines, gzip", pushshiftMapping},
        {"Arctic Shift, Zstandard", "r_dankmemes_posts.zst", zstandard(lines), "JSON lines, Zstandard",
         pushshiftMapping},
        {"Reddit listing", "top.json",
         R"({"kind": "Listing", "data": {"after": "t3_x", "dist": 10, "children": [)" + rowsOf(post).join(", ") + "]}}",
         "Reddit listing", postMapping},
        {"Reddit post", "post.json", rowsOf(post).first(), "Reddit post", postMapping, 1, 0},
        {"Meme_Api", "gimme.json", R"({"count": 10, "memes": [)" + rowsOf(api).join(", ") + "]}", "TinyDB",
         mapped("postLink", "url", "ups", "title", "author", "subreddit")},
        {"ImgFlip575K", "Some-Template.json", '[' + flips.join(", ") + ']', "JSON list",
         mapped("post", "url", "metadata.img-votes", "boxes", "metadata.author")},
        {"Memotion", "labels.csv", memotion, "CSV",
         mapped("", "image_name", "", "text_corrected", "", "", "", "humour"), 8, 2, false},
        {"Hateful Memes", "train.jsonl", hateful, "JSON lines", mapped("id", "img", "", "text", "", "", "", "label"), 8,
         2, false},
        {"CSV with a mark", "export.csv", csv, "CSV",
         mapped("id", "", "Upvotes", "Title", "Author", "", "Created UTC")},
        {"TSV", "export.tsv", "id\tups\ttitle\n" + rowsOf("%1\t%2\tt %3", "").join('\n') + '\n', "TSV", plain},
        {"semicolons, UTF-16", "export.txt", utf16(points, false), "CSV with semicolons",
         mapped("id", "", "score", "title", "author")},
    };
}

}  // namespace dank::test
