#include <QTest>

#include <functional>

#include "core/base/error.h"
#include "core/base/json_reader.h"
#include "tests/base/error_kind_name.h"

using namespace dank;

namespace {

JsonDocument::Refuse refuse()
{
    return [](const std::string &why) { throw Error(ErrorKind::Weights, "No: " + why + "."); };
}

using Use = std::function<void(const JsonValue &)>;

/// What is said when `use` reads `text`; "taken" where nothing is.
QString refusal(std::string_view text, const Use &use)
{
    try {
        const JsonDocument document(text, 3, refuse(), 20);
        use(document.root());
        return QStringLiteral("taken");
    } catch (const Error &error) {
        return QString(errorKindName(error.kind())) + ": " + QString::fromUtf8(error.what());
    }
}

}  // namespace

Q_DECLARE_METATYPE(Use)

class TestJsonReader : public QObject {
    Q_OBJECT
private slots:
    void readsWhatIsThere()
    {
        const JsonDocument document(
            R"({"text": "\u00e9\n", "yes": true, "half": 0.5, "big": 18446744073709551615, "low": -7, "none": null,)"
            R"("numbers": [1, 2.5], "names": ["a", "b"], "inner": {"x": 1}})",
            2, refuse());
        const JsonValue root = document.root();
        QCOMPARE(root.at("text").text(), std::string("\u00e9\n"));
        QVERIFY(root.at("yes").flag());
        QCOMPARE(root.at("half").finite(), 0.5);
        QCOMPARE(root.at("big").whole<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
        QCOMPARE(root.at("low").whole(-7, 0), -7);
        QCOMPARE(root.at("numbers").finites(), (std::vector<double>{1, 2.5}));
        QCOMPARE(root.at("numbers").tuple(2).at(0).whole<int>(), 1);
        QCOMPARE(root.at("names").texts(), (std::vector<std::string>{"a", "b"}));
        QCOMPARE(root.at("inner").dump(), std::string(R"({"x":1})"));
        QCOMPARE(root.at("inner").keys(), std::vector<std::string>{"x"});
        QVERIFY(root.at("none").isNull() && root.find("none") && !root.defined("none"));
        QVERIFY(!root.find("absent") && !root.defined("absent"));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<Use>("use");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const char *text, const Use &use, const char *says) {
            QTest::newRow(name) << QByteArray(text) << use << QString(says);
        };
        const Use nothing = [](const JsonValue &) {};
        row("empty", "", nothing, "it is not valid JSON (");
        row("cut off", R"({"a": )", nothing, "it is not valid JSON (");
        row("not UTF-8", "{\"a\": \"\xff\"}", nothing, "it is not valid JSON (");
        row("too large a number", R"({"a": 1e999})", nothing, "it is not valid JSON (");
        row("more behind", "{} {}", nothing, "it is not valid JSON (");
        row("deep", R"({"a": [[[0]]]})", nothing, "it is nested too deeply");
        row("deep without end", "[[[[[[[[[[[[[[[[[[[[[", nothing, "it is nested too deeply");
        row("long", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", nothing, "it holds too many values");
        row("twice", R"({"a": {"b": 1, "b": 1}})", nothing, "it has 'b' twice in one object");
        row(
            "a list", "[]", [](const JsonValue &root) { root.at("a"); }, "it is no object");
        const auto at = [&](const char *name, const char *value, const Use &use, const char *says) {
            row(
                name, ("{\"a\": " + std::string(value) + "}").c_str(),
                [use](const JsonValue &root) { use(root.at("a")); }, says);
        };
        row(
            "missing", "{}", [](const JsonValue &root) { root.at("a"); }, "'a' is missing");
        at(
            "no object", "4", [](const JsonValue &a) { a.find("b"); }, "'a' is no object");
        at(
            "no keys", "[]", [](const JsonValue &a) { a.keys(); }, "'a' is no object");
        at(
            "no text", "4", [](const JsonValue &a) { a.text(); }, "'a' is no text");
        at(
            "long text", "\"abc\"", [](const JsonValue &a) { a.text(2); }, "'a' is longer than 2 bytes");
        at(
            "escape", "\"\\u001b[2J\"", [](const JsonValue &a) { a.plainText(); }, "'a' holds control characters");
        at(
            "flag", "1", [](const JsonValue &a) { a.flag(); }, "'a' is neither true nor false");
        at(
            "null number", "null", [](const JsonValue &a) { a.finite(); }, "'a' is no finite number");
        at(
            "text number", "\"1\"", [](const JsonValue &a) { a.finite(); }, "'a' is no finite number");
        at(
            "fraction", "1.5", [](const JsonValue &a) { a.whole<int>(); }, "'a' is not a whole number of 0 to 2147");
        at(
            "below", "-1", [](const JsonValue &a) { a.whole<int>(); }, "'a' is not a whole number of 0 to 2147");
        at(
            "beyond int", "4294967298", [](const JsonValue &a) { a.whole<int>(); }, "'a' is not a whole number");
        at(
            "beyond signed", "9223372036854775808", [](const JsonValue &a) { a.whole<std::int64_t>(INT64_MIN); },
            "'a' is not a whole number of -9223372036854775808");
        at(
            "unsigned below", "-1", [](const JsonValue &a) { a.whole<std::size_t>(0, 5); },
            "'a' is not a whole number of 0 to 5");
        at(
            "unsigned above", "6", [](const JsonValue &a) { a.whole<std::size_t>(0, 5); },
            "'a' is not a whole number of 0 to 5");
        at(
            "list", "{}", [](const JsonValue &a) { a.list(); }, "'a' is not a list");
        at(
            "long list", "[1,2]", [](const JsonValue &a) { a.list(1); }, "'a' is not a list of at most 1");
        at(
            "tuple", "[1]", [](const JsonValue &a) { a.tuple(2); }, "'a' is not a list of 2 values");
        at(
            "item", "[1, true]", [](const JsonValue &a) { a.finites(); }, "'a' is no finite number");
        at(
            "own words", "1", [](const JsonValue &a) { a.refuse("its a is odd"); }, "its a is odd");
        QTest::newRow("NUL") << QByteArray("{}\0{", 4) << nothing << "it is not valid JSON: it holds a NUL byte";
    }
    void refuses()
    {
        QFETCH(QByteArray, text);
        QFETCH(Use, use);
        QFETCH(QString, says);
        const QString said = refusal(text.toStdString(), use);
        QVERIFY2(said.startsWith("weights: No: " + says) && said.endsWith('.'), qPrintable(said));
    }

    /// A way of refusing that throws nothing still ends the reading.
    void refusalAlwaysThrows()
    {
        const JsonDocument document("{}", 1, [](const std::string &) {});
        QVERIFY_THROWS_EXCEPTION(Error, document.root().at("a"));
    }

    void hostileNestingIsNoTree()
    {
        const QString said = refusal(std::string(10'000'000, '['), [](const JsonValue &) {});
        QVERIFY2(said.contains("nested too deeply"), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestJsonReader)
#include "json_reader_test.moc"
