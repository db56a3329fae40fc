#include "ui/widgets/drop_content.h"

#include <QBuffer>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QMimeData>
#include <QUrl>

#include "core/feeds/read_feed.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

constexpr int kMaxSniffed = 200;
constexpr qsizetype kMaxTextPaths = 64 * 1024;
constexpr auto kNothing =
    "Images, a db.json or another list of memes, a .dankmodel or a weights file can be dropped here";

bool hasPictureSuffix(const QString &path)
{
    static const QStringList suffixes{"jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "gif"};
    return suffixes.contains(QFileInfo(path).suffix().toLower());
}

/// Content decides what a picture is, so a file with an odd name is looked into.
bool startsLikePicture(const QString &path)
{
    QFile file(path);
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray head = file.read(12);
    return head.startsWith("\xff\xd8\xff") || head.startsWith("\x89PNG") || head.startsWith("GIF8")
           || head.startsWith("BM") || (head.startsWith("RIFF") && head.mid(8, 4) == "WEBP");
}

QStringList localPaths(const QMimeData &data)
{
    QStringList paths;
    for (const QUrl &url : data.urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    return paths;
}

QStringList pathsInText(const QMimeData &data)
{
    QStringList paths;
    const QString text = data.text();
    if (text.isEmpty() || text.size() > kMaxTextPaths)
        return paths;
    for (QString line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        line = line.trimmed();
        if (line.startsWith(QLatin1String("file:")))
            line = QUrl(line).toLocalFile();
        if (QFileInfo(line).isAbsolute() && QFileInfo::exists(line))
            paths << line;
    }
    return paths;
}

DropContent fromPaths(const QStringList &paths)
{
    QStringList pictures, folders, datasets, models, weights, others;
    for (const QString &path : paths) {
        const QFileInfo info(path);
        const QString suffix = info.suffix().toLower();
        if (info.isDir()) {
            if (QFileInfo::exists(path + QLatin1String("/db.json")))
                datasets << path + QLatin1String("/db.json");
            else
                folders << path;
        } else if (hasFeedName(path.toStdString())) {
            datasets << path;
        } else if (suffix == QLatin1String("dankmodel")) {
            models << path;
        } else if (suffix == QLatin1String("safetensors") || suffix == QLatin1String("pth")) {
            weights << path;
        } else if (hasPictureSuffix(path) || (paths.size() <= kMaxSniffed && startsLikePicture(path))) {
            pictures << path;
        } else {
            others << path;
        }
    }
    DropContent drop;
    if (!pictures.isEmpty() || !folders.isEmpty()) {
        drop.kind = DropContent::Kind::Pictures;
        others += weights;
        drop.paths = pictures + folders + others;
        QStringList what;
        if (!pictures.isEmpty())
            what << countOf(pictures.size(), QStringLiteral("image"), QStringLiteral("images"));
        if (!folders.isEmpty())
            what << countOf(folders.size(), QStringLiteral("folder"), QStringLiteral("folders"));
        drop.headline = QStringLiteral("Drop %1 to rate").arg(what.join(QStringLiteral(" and ")));
        QStringList rest;
        if (!others.isEmpty())
            rest << QStringLiteral("%1 will be listed with a reason")
                        .arg(countOf(others.size(), QStringLiteral("other file"), QStringLiteral("other files")));
        if (!datasets.isEmpty() || !models.isEmpty())
            rest << QStringLiteral("drop a db.json or a model on its own to open it");
        drop.detail = rest.join(QStringLiteral("; "));
        return drop;
    }
    if (weights.size() == 1 && datasets.isEmpty() && models.isEmpty()) {
        drop.kind = DropContent::Kind::Weights;
        drop.paths = weights;
        drop.headline = QStringLiteral("Drop to install weights");
        drop.detail = QFileInfo(weights.first()).fileName();
        return drop;
    }
    if (weights.isEmpty() && datasets.size() + models.size() == 1) {
        drop.kind = datasets.isEmpty() ? DropContent::Kind::Model : DropContent::Kind::Dataset;
        drop.paths = datasets + models;
        drop.headline = datasets.isEmpty() ? QStringLiteral("Use this model") : QStringLiteral("Open this dataset");
        drop.detail = QFileInfo(drop.paths.first()).fileName();
        return drop;
    }
    drop.headline = datasets.size() + models.size() + weights.size() > 1
                        ? QStringLiteral("One dataset, model or weights file at a time")
                        : QStringLiteral("Nothing here that can be opened");
    drop.detail = QString::fromLatin1(kNothing);
    return drop;
}

/// The richest form first: the picture's own bytes rather than what a toolkit made of them.
QString imageFormat(const QMimeData &data)
{
    for (const char *format : {"image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"})
        if (data.hasFormat(QLatin1String(format)))
            return QLatin1String(format);
    return {};
}

}  // namespace

DropContent readDrop(const QMimeData &data, bool take)
{
    if (data.hasUrls())
        if (const QStringList paths = localPaths(data); !paths.isEmpty())
            return fromPaths(paths);
    const QString format = imageFormat(data);
    if (!format.isEmpty() || data.hasImage()) {
        DropContent drop;
        drop.kind = DropContent::Kind::ImageBytes;
        drop.headline = QStringLiteral("Drop this picture to rate");
        drop.imageName = QStringLiteral("pasted picture");
        if (data.hasUrls() && !data.urls().isEmpty() && !data.urls().first().fileName().isEmpty())
            drop.imageName = data.urls().first().fileName();
        if (take && !format.isEmpty())
            drop.image = data.data(format);
        if (take && drop.image.isEmpty()) {
            QBuffer buffer(&drop.image);
            buffer.open(QIODevice::WriteOnly);
            qvariant_cast<QImage>(data.imageData()).save(&buffer, "PNG");
        }
        if (take && drop.image.isEmpty())
            return {.headline = QStringLiteral("The picture could not be read"),
                    .detail = QStringLiteral("Save it as a file and drop that instead")};
        return drop;
    }
    if (const QStringList paths = pathsInText(data); !paths.isEmpty())
        return fromPaths(paths);
    if (data.hasUrls() && !data.urls().isEmpty())
        return {.headline = QStringLiteral("Only an address, not the picture itself"),
                .detail = QStringLiteral("Pictures are never downloaded: save it first, or copy it")};
    return {.headline = QStringLiteral("Nothing here that can be opened"), .detail = QString::fromLatin1(kNothing)};
}

}  // namespace dank::ui
