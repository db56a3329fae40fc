#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <filesystem>

namespace dank::test {

/// A folder of pictures by these names, in these very bytes, and a file of memes beside it.
class Pictures {
public:
    explicit Pictures(const QList<QByteArray> &names)
    {
        QDir(m_folder.path()).mkdir(QStringLiteral("memes"));
        for (const QByteArray &name : names)
            if (!QFile::copy(QStringLiteral(DANK_TEST_DATA "/images/rgb_13x7.png"),
                             m_folder.filePath(QStringLiteral("memes/")) + QString::fromUtf8(name)))
                qFatal("The test's picture cannot be written.");
    }
    std::filesystem::path write(const QByteArray &bytes) const
    {
        QFile file(m_folder.filePath(QStringLiteral("db.json")));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("The test's file cannot be written.");
        return file.fileName().toStdString();
    }

private:
    QTemporaryDir m_folder;
};

}  // namespace dank::test
