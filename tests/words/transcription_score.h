#pragma once

#include <QHash>
#include <QString>
#include <QStringList>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace dank::test {

/// In lower case, with one space between words and without typographic quotation marks.
inline QString plain(QString text)
{
    text.replace(u'’', u'\'')
        .replace(u'‘', u'\'')
        .replace(u'“', u'"')
        .replace(u'”', u'"')
        .replace(QStringLiteral("…"), QStringLiteral("..."));
    return text.toLower().simplified();
}

/// The least number of characters to put in, take out or replace (Levenshtein).
inline qsizetype edits(const QString &from, const QString &to)
{
    std::vector<qsizetype> row(static_cast<std::size_t>(to.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < from.size(); ++i) {
        qsizetype diagonal = std::exchange(row[0], i + 1);
        for (qsizetype j = 0; j < to.size(); ++j) {
            const auto at = static_cast<std::size_t>(j) + 1;
            const qsizetype best = std::min({row[at] + 1, row[at - 1] + 1, diagonal + (from[i] != to[j])});
            diagonal = std::exchange(row[at], best);
        }
    }
    return row.back();
}

/// How near what was read is to what a person reads, over all pictures together.
struct Score {
    qsizetype edits = 0, characters = 0;
    qsizetype shared = 0, read = 0, written = 0;  ///< words, of each picture's bag

    void add(const QString &reading, const QString &truth)
    {
        edits += test::edits(reading, truth);
        characters += truth.size();
        const QStringList ours = reading.split(u' ', Qt::SkipEmptyParts), theirs = truth.split(u' ');
        read += ours.size();
        written += theirs.size();
        QHash<QString, int> bag;
        for (const QString &word : theirs)
            ++bag[word];
        for (const QString &word : ours)
            shared += bag[word]-- > 0;
    }
    double characterErrorRate() const { return double(edits) / double(characters); }
    double wordF1() const { return 2.0 * double(shared) / double(read + written); }
};

}  // namespace dank::test
