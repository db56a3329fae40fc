#pragma once

// What the tests of JSON readers share.

#include <QTest>

#include <functional>
#include <string>

#include "core/base/error.h"

namespace dank::test {

using JsonReader = std::function<void(const std::string &)>;

/// The words with which a text is refused as of a wrong format; empty where it is taken.
inline QString refusalOf(const JsonReader &read, const std::string &json)
{
    try {
        read(json);
    } catch (const Error &error) {
        return error.kind() == ErrorKind::Format ? QString::fromUtf8(error.what()) : QStringLiteral("another error");
    }
    return {};
}

/// With the first `from` in a good text replaced by `to`, the refusal has to say `says`: the data columns of the
/// running test.
inline void checkNonsenseIsRefused(const JsonReader &read, const std::string &good)
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, says);
    QByteArray json = QByteArray::fromStdString(good);
    QVERIFY(json.contains(from));
    json.replace(json.indexOf(from), from.size(), to);
    const QString said = refusalOf(read, json.toStdString());
    QVERIFY2(said.contains(says), qPrintable(said));
}

/// A million brackets, and texts that are no object.
inline void checkHostileNesting(const JsonReader &read)
{
    const QString said = refusalOf(read, "{\"x\":" + std::string(1'000'000, '['));
    QVERIFY2(said.contains("nested too deeply"), qPrintable(said));
    for (const char *text : {"", "[]", "null", "3", "\"x\""})
        QVERIFY(!refusalOf(read, text).isEmpty());
}

}  // namespace dank::test
