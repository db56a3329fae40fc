#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QScopeGuard>
#include <QStringDecoder>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <numeric>
#include <set>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"
#include "core/base/hash.h"
#include "core/base/job.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/dataset/feature_matrix.h"
#include "tests/base/error_kind_name.h"
#include "tests/base/without_rights.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

fs::path toPath(const QString &text)
{
    return fs::path(text.toStdString());
}

std::vector<std::string> namesIn(const fs::path &folder)
{
    std::vector<std::string> names;
    for (const auto &entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// Files may grow no further than `bytes` while this lives; writing more fails with EFBIG.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        m_handler = ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_old);
        rlimit limit = m_old;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit()
    {
        ::setrlimit(RLIMIT_FSIZE, &m_old);
        ::signal(SIGXFSZ, m_handler);
    }

private:
    rlimit m_old{};
    void (*m_handler)(int);
};

}  // namespace

class TestBase : public QObject {
    Q_OBJECT

private slots:
    void aTokenOfSeveral()
    {
        CancelToken one, other;
        CancelToken any = CancelToken::anyOf({one, other});
        const CancelToken copy = any;
        QVERIFY(!any.isCancelled());
        other.cancel();
        QVERIFY(any.isCancelled() && copy.isCancelled() && !one.isCancelled());
        QVERIFY_EXCEPTION_THROWN(copy.check(), Cancelled);

        CancelToken alone = CancelToken::anyOf({one});
        CancelToken above = CancelToken::anyOf({alone, one});
        alone.cancel();  // that of the parts' owners stays as it is
        QVERIFY(above.isCancelled() && alone.isCancelled() && !one.isCancelled());
    }

    void neverReplacesWhatIsNotAFile()
    {
        QTemporaryDir dir;
        const fs::path pipe = toPath(dir.filePath("pipe"));
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QVERIFY_THROWS_EXCEPTION(Error, writeFileAtomically(pipe, "text"));
        QVERIFY_THROWS_EXCEPTION(Error, writeFileAtomically(toPath(dir.path()), "text"));
        QVERIFY(fs::is_fifo(pipe));
        QVERIFY_THROWS_EXCEPTION(Error, hashFile(pipe));
        QVERIFY_THROWS_EXCEPTION(Error, hashFile("/dev/zero"));
    }
    void printableHasNoControlCharacters()
    {
        QCOMPARE(printable("a\x1b[31m\nb\xff"), std::string("a\xef\xbf\xbd[31m\xef\xbf\xbd"
                                                            "b\xef\xbf\xbd"));
        QCOMPARE(printable("d\xc3\xa4nk"), std::string("d\xc3\xa4nk"));
        // C1 (CSI, OSC), DEL, ends of lines and paragraphs, what turns text around; not the marks of Hebrew and Arabic.
        for (const char *bad : {"\xc2\x9b", "\xc2\x9d", "\xc2\x80", "\xc2\x9f", "\x7f", "\x07", "\u2028", "\u2029",
                                "\u202a", "\u202e", "\u2066", "\u2069"}) {
            QCOMPARE(printable(std::string("a") + bad + "b"), std::string("a\uFFFDb"));
            QCOMPARE(printableLines(std::string("a\n") + bad + "b"), std::string("a\n\uFFFDb"));
        }
        for (const char *good : {"\u00a0", "\u200e", "\u200f", "\u2027", "\u202f", "\u2065", "\u206a", "\U0001f600"})
            QCOMPARE(printable(good), std::string(good));
        QCOMPARE(printable("a\nb"), std::string("a\uFFFDb"));
        QCOMPARE(printableLines("a\r\n\tb"), std::string("a\uFFFD\n\uFFFDb"));
    }

    void tablesKeepTheirLines()
    {
        QCOMPARE(textTable({{"a", "b\nc"}, {"\x1b[2J", "d"}}), std::string("a     b\uFFFDc\n\uFFFD[2J    d\n"));
    }

    void hashesAreXxh3()
    {
        // The vectors of the algorithm's own repository.
        QCOMPARE(hashText(""), std::string("99aa06d3014798d86001c324468d497f"));
        QCOMPARE(hash64({}), 0x2d06800538d394c2ull);
        QVERIFY(hashText("a") != hashText("b"));
        const std::string one = "on", two, three = "e piece";
        const std::span<const std::byte> pieces[] = {std::as_bytes(std::span(one)), std::as_bytes(std::span(two)),
                                                     std::as_bytes(std::span(three))};
        QCOMPARE(hashPieces(pieces), hashText("one piece"));
        QCOMPARE(hashPieces({}), hashText(""));
    }

    void fileHashEqualsHashOfBytes()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath("data"));
        std::string text;
        for (int i = 0; i < 100'000; ++i)
            text += std::to_string(i);  // more than one read
        writeFileAtomically(path, text);
        QCOMPARE(hashFile(path), hashText(text));
        QVERIFY_THROWS_EXCEPTION(Error, hashFile(toPath(folder.filePath("absent"))));
        QVERIFY_THROWS_EXCEPTION(Error, hashFile(toPath(folder.path())));
    }

    void readsBackWhatWasWritten()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath(QString::fromUtf8("b\u00e4r \U0001f43b.txt")));
        writeFileAtomically(path, std::string_view("one\0two", 7));
        QCOMPARE(readTextFile(path, 7), std::string("one\0two", 7));
        writeFileAtomically(path, std::string_view{});
        QCOMPARE(readTextFile(path, 0), std::string());
        QCOMPARE(namesIn(toPath(folder.path())).size(), 1u);
    }

    void refusesWhatIsNoReadableFile()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath("data"));
        writeFileAtomically(path, "12345678");
        const auto kindOf = [](const fs::path &what, std::uint64_t limit) {
            try {
                (void)readTextFile(what, limit);
            } catch (const Error &error) {
                return std::string(errorKindName(error.kind())) + (error.path() == what ? "" : " without its path");
            }
            return std::string("no error");
        };
        QCOMPARE(kindOf(path, 7), std::string("file"));
        QCOMPARE(kindOf(path, 8), std::string("no error"));
        QCOMPARE(kindOf(toPath(folder.path()), 100), std::string("file"));
        QCOMPARE(kindOf(toPath(folder.filePath("absent")), 100), std::string("file"));
        const fs::path pipe = toPath(folder.filePath("pipe"));
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(kindOf(pipe, 100), std::string("file"));  // and does not hang
    }

    void readsFilesWithoutASize() { QVERIFY(readTextFile("/proc/self/status", 1 << 20).starts_with("Name:")); }

    void fullDiskLeavesTheOldFile()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath("model"));
        writeFileAtomically(path, "the old contents");
        const std::string large(1 << 20, 'x');
        std::string outcome;
        {
            const FileSizeLimit limit(4096);
            try {
                writeFileAtomically(path, large);
            } catch (const Error &error) {
                outcome = errorKindName(error.kind());
            }
        }
        QCOMPARE(outcome, std::string("disk"));
        QCOMPARE(readTextFile(path, 100), std::string("the old contents"));
        QCOMPARE(namesIn(toPath(folder.path())), std::vector<std::string>{"model"});  // nothing left behind
        writeFileAtomically(path, large);
        QCOMPARE(readTextFile(path, 1 << 20), large);
    }

    void writesThroughALinkAndKeepsTheMode()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath("real"));
        const fs::path link = toPath(folder.filePath("link"));
        writeFileAtomically(path, "old");
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
        fs::create_symlink("real", link);
        writeFileAtomically(link, "new");
        QVERIFY(fs::is_symlink(link));
        QCOMPARE(readTextFile(path, 10), std::string("new"));
        QVERIFY(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    }

    void whatKilledWritersLeftIsRemoved()
    {
        const QTemporaryDir folder, elsewhere;
        const fs::path path = toPath(folder.path());
        const auto make = [](const fs::path &file, int hours) {
            writeFileAtomically(file, "part");
            const std::time_t then = std::time(nullptr) - hours * 3600;
            const timespec times[] = {{then, 0}, {then, 0}};
            QCOMPARE(::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
        };
        const fs::path target = toPath(elsewhere.path()) / "target";
        make(target, 48);
        const fs::path other = toPath(elsewhere.path()) / "in folder";
        fs::create_directories(other / ".dank-0123456789abcdef.tmp");
        fs::rename(other, path / "in folder");
        for (const char *left : {".dank-0123456789abcdef.tmp", ".dank-ffffffffffffffff.tmp"})
            make(toPath(elsewhere.path()) / left, 25);
        for (const char *left : {".dank-0123456789abcdef.tmp", ".dank-ffffffffffffffff.tmp"})
            fs::rename(toPath(elsewhere.path()) / left, path / left);
        std::vector<std::string> kept;
        const auto keep = [&](const char *name, int hours) {
            make(toPath(elsewhere.path()) / "made", hours);
            fs::rename(toPath(elsewhere.path()) / "made", path / name);
            kept.push_back(name);
        };
        keep(".dank-0000000000000001.tmp", 23);
        for (const char *name :
             {".dank-0123456789ABCDEF.tmp", ".dank-0123456789abcde.tmp", ".dank-0123456789abcdef0.tmp",
              ".dank-0123456789abcdef.tmp~", "dank-0123456789abcdef.tmp", ".dank-0123456789abcdeg.tmp"})
            keep(name, 48);
        keep(".dank-0000000000000002.tmp", 48);  // somebody writes it, and was stopped since
        const FileDescriptor writer(path / kept.back(), O_WRONLY);
        QCOMPARE(::flock(writer.get(), LOCK_EX), 0);
        keep(".dank-0000000000000003.tmp", 48);  // with another name, so it is somebody's
        fs::create_hard_link(path / kept.back(), path / "another name");
        kept.push_back("another name");
        fs::create_symlink(target, path / ".dank-0000000000000004.tmp");
        kept.push_back(".dank-0000000000000004.tmp");
        fs::create_directories(path / ".dank-0000000000000005.tmp");
        kept.push_back(".dank-0000000000000005.tmp");
        if (::geteuid() == 0) {
            keep(".dank-0000000000000006.tmp", 48);
            QCOMPARE(::chown((path / kept.back()).c_str(), 65534, 65534), 0);
        }
        kept.push_back("in folder");
        kept.push_back("written");
        writeFileAtomically(path / "written", "whole");
        std::sort(kept.begin(), kept.end());
        QVERIFY(namesIn(path) == kept);
        QVERIFY(fs::exists(target) && fs::exists(path / "in folder" / ".dank-0123456789abcdef.tmp"));
    }

    void whatCannotBeLookedAtIsNotMissing()
    {
        const QTemporaryDir folder;
        const fs::path path = toPath(folder.path());
        fs::create_directories(path / "closed" / "inside");
        QVERIFY(fs::is_directory(statusOf(path / "closed" / "inside")));
        QVERIFY(!fs::exists(statusOf(path / "absent")));
        QVERIFY(!fs::exists(statusOf(path / "absent" / "more")));
        fs::permissions(path, fs::perms(0755));
        fs::permissions(path / "closed", fs::perms(0));
        const auto reopen = qScopeGuard([&] { fs::permissions(path / "closed", fs::perms(0700)); });
        const WithoutRights nobody;
        try {
            statusOf(path / "closed" / "inside");
            QFAIL("looked at");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::File);
            QVERIFY2(std::string(error.what()).find("Permission denied") != std::string::npos, error.what());
        }
        QVERIFY_EXCEPTION_THROWN(statusOf(path / std::string(300, 'x')), Error);
    }

    void failedWritesSayWhy()
    {
        QTemporaryDir folder;
        try {
            writeFileAtomically(toPath(folder.filePath("no/such/folder/file")), "text");
            QFAIL("wrote into a folder that is not there");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::File);
            QVERIFY(std::string(error.what()).find("no/such/folder/file") != std::string::npos);
        }
        const fs::path file = toPath(folder.filePath("file"));
        writeFileAtomically(file, "text");
        createFolder(toPath(folder.filePath("a/b/c")));
        createFolder(toPath(folder.filePath("a/b/c")));
        QVERIFY(fs::is_directory(toPath(folder.filePath("a/b/c"))));
        QVERIFY_THROWS_EXCEPTION(Error, createFolder(file));
        QVERIFY_THROWS_EXCEPTION(Error, createFolder(file / "below"));
    }

    void errnoDecidesTheKind_data()
    {
        QTest::addColumn<int>("number");
        QTest::addColumn<QString>("doing");
        QTest::addColumn<QString>("kind");
        QTest::newRow("full") << ENOSPC << "write"
                              << "disk";
        QTest::newRow("quota") << EDQUOT << "write"
                               << "disk";
        QTest::newRow("read-only") << EROFS << "open"
                                   << "disk";
        QTest::newRow("too large") << EFBIG << "write"
                                   << "disk";
        QTest::newRow("not allowed to write") << EACCES << "write"
                                              << "disk";
        QTest::newRow("not allowed to read") << EACCES << "open"
                                             << "file";
        QTest::newRow("missing") << ENOENT << "open"
                                 << "file";
        QTest::newRow("input/output") << EIO << "read"
                                      << "file";
    }
    void errnoDecidesTheKind()
    {
        QFETCH(int, number);
        QFETCH(QString, doing);
        QFETCH(QString, kind);
        try {
            throwErrno(number, doing.toStdString(), "/some/file");
        } catch (const Error &error) {
            QCOMPARE(QString(errorKindName(error.kind())), kind);
            QVERIFY(QString(error.what()).contains("/some/file"));
        }
    }

    void sanitizesUtf8_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("expected");
        const QByteArray bad = "\xef\xbf\xbd";
        QTest::newRow("ascii") << QByteArray("abc") << QByteArray("abc");
        QTest::newRow("valid") << QByteArray("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")
                               << QByteArray("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
        QTest::newRow("lone continuation") << QByteArray("a\x80z") << "a" + bad + "z";
        QTest::newRow("cut short") << QByteArray("\xf0\x9f\x98") << bad;
        QTest::newRow("cut by text") << QByteArray("\xe2\x82z") << bad + "z";
        QTest::newRow("overlong") << QByteArray("\xc0\xaf") << bad + bad;
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << bad + bad + bad;
        QTest::newRow("too high") << QByteArray("\xf4\x90\x80\x80") << bad + bad + bad + bad;
        QTest::newRow("zero byte") << QByteArray("a\0b", 3) << QByteArray("a\0b", 3);
    }
    void sanitizesUtf8()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, expected);
        QCOMPARE(QByteArray::fromStdString(sanitizeUtf8(bytes.toStdString())), expected);
    }

    void sanitizedBytesAreAlwaysUtf8()
    {
        Random random(3);
        for (int i = 0; i < 2000; ++i) {
            std::string bytes;
            for (int j = 0; j < 12; ++j)
                bytes.push_back(static_cast<char>(random.below(4) ? 0x80 + random.below(128) : random.below(128)));
            const std::string clean = sanitizeUtf8(bytes);
            QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
            const QString decoded = decoder(QByteArray::fromStdString(clean));
            QVERIFY(!decoder.hasError());
            QCOMPARE(sanitizeUtf8(clean), clean);
        }
    }

    void randomNumbersAreTheSameEverywhere()
    {
        QFile file(DANK_TEST_DATA "/../evaluate/golden/metrics.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject golden = QJsonDocument::fromJson(file.readAll())["xoshiro"].toObject();
        QCOMPARE(golden.size(), 2);
        for (auto seed = golden.begin(); seed != golden.end(); ++seed) {
            Random random(seed.key().toULongLong());
            for (const QJsonValue &number : seed.value().toArray())
                QCOMPARE(QString::number(random.next()), number.toString());
        }
    }

    void randomNumbersHaveTheirShape()
    {
        Random random(1);
        double sum = 0, squares = 0;
        std::vector<int> counts(7);
        for (int i = 0; i < 70'000; ++i) {
            const double x = random.normal();
            sum += x;
            squares += x * x;
            ++counts[random.below(7)];
            const double u = random.uniform();
            QVERIFY(u >= 0 && u < 1);
        }
        QVERIFY(std::abs(sum / 70'000) < 0.02);
        QVERIFY(std::abs(squares / 70'000 - 1) < 0.03);
        for (const int count : counts)
            QVERIFY(std::abs(count - 10'000) < 500);
        std::vector<int> items(50);
        std::iota(items.begin(), items.end(), 0);
        random.shuffle(std::span(items));
        QVERIFY(!std::is_sorted(items.begin(), items.end()));
        QCOMPARE(std::set<int>(items.begin(), items.end()).size(), 50u);
        std::set<std::uint64_t> seeds;
        for (std::uint64_t a = 0; a < 30; ++a)
            for (std::uint64_t b = 0; b < 30; ++b)
                seeds.insert(mixSeed(a, b));
        QCOMPARE(seeds.size(), 900u);
    }

    void npyIsWhatNumpyReads()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath("features.npy"));
        const FeatureMatrix matrix{"tiny", {"a", "b", "\xc3\xa4"}, 2, {1, 2, 3, 4, 5, -0.5f}};
        writeNpy(matrix, path);
        QCOMPARE(namesIn(toPath(folder.path())), (std::vector<std::string>{"features.ids.txt", "features.npy"}));
        QCOMPARE(readTextFile(toPath(folder.filePath("features.ids.txt")), 100), std::string("a\nb\n\xc3\xa4\n"));

        std::string expected("\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }",
                             69);
        expected.append(127 - expected.size(), ' ');
        expected += '\n';
        expected += std::string("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40\0\0\xa0\x40\0\0\0\xbf", 24);
        QCOMPARE(QByteArray::fromStdString(readTextFile(path, 1000)), QByteArray::fromStdString(expected));
    }

    void npyRefusesWhatDoesNotFit()
    {
        QTemporaryDir folder;
        const fs::path path = toPath(folder.filePath("features.npy"));
        QVERIFY_THROWS_EXCEPTION(Error, writeNpy({"tiny", {"a", "b"}, 2, {1, 2, 3}}, path));
        QVERIFY_THROWS_EXCEPTION(Error, writeNpy({"tiny", {"a\nb"}, 1, {1}}, path));
        QVERIFY(!fs::exists(path));
        writeNpy({"tiny", {}, 2048, {}}, path);  // nothing is a matrix too
        QVERIFY(readTextFile(path, 1000).find("(0, 2048)") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "base_test.moc"
