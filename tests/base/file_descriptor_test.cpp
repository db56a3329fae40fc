#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/file_descriptor.h"

using namespace dank;

namespace fs = std::filesystem;

namespace {

bool isOpen(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) != -1;
}

}  // namespace

class TestFileDescriptor : public QObject {
    Q_OBJECT
private slots:
    void closesOnceAndIsNotInherited()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("f").toStdString();
        int first = -1, second = -1;
        {
            FileDescriptor file(path, O_RDWR | O_CREAT, 0600);
            QVERIFY(file);
            first = file.get();
            QCOMPARE(::fcntl(first, F_GETFD), FD_CLOEXEC);
            FileDescriptor moved(std::move(file));
            QVERIFY(!file && moved.get() == first);
            FileDescriptor other(path, O_RDONLY);
            second = other.get();
            moved = std::move(other);
            QVERIFY(!isOpen(first) && isOpen(second));
            moved = FileDescriptor();
            QVERIFY(!moved && !isOpen(second));
            QCOMPARE(moved.close(), 0);
            moved = FileDescriptor(path, O_RDONLY);
            second = moved.get();
        }
        QVERIFY(!isOpen(second));
        const FileDescriptor none(folder.filePath("absent").toStdString(), O_RDONLY);
        QVERIFY(!none);
        QCOMPARE(errno, ENOENT);
    }

    void readsAndWritesAtAnyPlace()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("f").toStdString();
        const FileDescriptor file(path, O_RDWR | O_CREAT, 0600);
        const std::string text = "abcdef";
        file.write(std::as_bytes(std::span(text)), 3, path);
        file.write(std::as_bytes(std::span(text)).first(2), 1, path);
        file.flush(path);
        QCOMPARE(readTextFile(path, 100), std::string("\0ababcdef", 9));
        QCOMPARE(file.size(path), std::uint64_t(9));
        std::string read(5, '?');
        QCOMPARE(file.read(std::as_writable_bytes(std::span(read)), 6, path), std::size_t(3));
        QCOMPARE(read, std::string("def??"));
        QCOMPARE(file.read(std::as_writable_bytes(std::span(read)), 9, path), std::size_t(0));
    }

    void whatASignalBreaksOffIsMadeAgain()
    {
        int calls = 0;
        const auto broken = [&](int times, int otherwise) {
            return [&calls, times, otherwise] {
                const bool again = calls++ < times;
                errno = again ? EINTR : EIO;
                return again ? -1 : otherwise;
            };
        };
        QCOMPARE(uninterrupted(broken(3, 5)), 5);
        QCOMPARE(calls, 4);
        calls = 0;
        QCOMPARE(uninterrupted(broken(2, -1)), -1);
        QCOMPARE(errno, EIO);
        QCOMPARE(calls, 3);
    }

    void isCutAndGivenRoom()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("f").toStdString();
        const FileDescriptor file(path, O_RDWR | O_CREAT, 0600);
        const std::string text = "abcdef";
        file.write(std::as_bytes(std::span(text)), 0, path);
        file.resize(2, path);
        file.reserve(4, path);
        QCOMPARE(readTextFile(path, 100), std::string("ab\0\0", 4));
        const FileDescriptor closed(path, O_RDONLY);
        QVERIFY_EXCEPTION_THROWN(closed.resize(1, path), Error);
        QVERIFY_EXCEPTION_THROWN(closed.reserve(1, path), Error);
    }

    void errorsNameTheFile()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.filePath("f").toStdString();
        writeFileAtomically(path, "text");
        const FileDescriptor file(path, O_RDONLY);
        const std::string text = "x";
        try {
            file.write(std::as_bytes(std::span(text)), 0, "/some/name");
            QFAIL("written");
        } catch (const Error &error) {
            QVERIFY(std::string(error.what()).find("'/some/name'") != std::string::npos);
        }
        const FileDescriptor full("/dev/full", O_WRONLY);
        try {
            full.write(std::as_bytes(std::span(text)), 0, path);
            QFAIL("written");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Disk);
        }
    }

    void onlyRegularFilesAreRead()
    {
        const QTemporaryDir folder;
        const fs::path pipe = folder.filePath("pipe").toStdString(), file = folder.filePath("f").toStdString();
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        writeFileAtomically(file, "text");
        QVERIFY(FileDescriptor::openRegular(file).isRegular());
        for (const fs::path &path : {pipe, fs::path("/dev/zero"), fs::path(folder.path().toStdString()),
                                     fs::path(folder.filePath("absent").toStdString())}) {
            try {
                FileDescriptor::openRegular(path);
                QFAIL(path.c_str());
            } catch (const Error &error) {
                QCOMPARE(error.kind(), ErrorKind::File);
                QVERIFY(std::string(error.what()).find(path.string()) != std::string::npos);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestFileDescriptor)
#include "file_descriptor_test.moc"
