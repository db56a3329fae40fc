#include "ui/widgets/drop_content.h"

#include <QFileInfo>
#include <QMimeData>
#include <QSysInfo>
#include <QUrl>

#include <array>
#include <fstream>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "core/dataset/heif/media_kind.h"
#include "core/feeds/read_feed.h"
#include "ui/widgets/file_names.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

namespace fs = std::filesystem;

constexpr int kMostLookedAt = 200;
constexpr auto kNothing =
    "Images, a db.json or another list of memes, a .dankmodel or a weights file can be dropped here";
constexpr auto kOneAtATime = "One dataset, model or weights file at a time";

/// What a file is called like.
enum class Named { Picture, Dataset, Model, Weights, Other };

Named namedLike(const QString &path)
{
    static const QStringList pictures{"jpg", "jpeg", "jpe",  "jfif", "png", "webp",
                                      "bmp", "gif",  "heic", "heif", "hif", "avif"};
    if (hasFeedName(toPath(path)))
        return Named::Dataset;
    const QString name = path.section(QLatin1Char('/'), -1);
    const QString suffix = name.contains(QLatin1Char('.')) ? name.section(QLatin1Char('.'), -1).toLower() : QString();
    return suffix == QLatin1String("dankmodel")                                       ? Named::Model
           : suffix == QLatin1String("safetensors") || suffix == QLatin1String("pth") ? Named::Weights
           : pictures.contains(suffix)                                                ? Named::Picture
                                                                                      : Named::Other;
}

/// What a file is by its first bytes, as far as they tell: people's weights are called .pt, .bin, .ckpt or .pth.tar,
/// and browsers save pictures under any name.
std::optional<Named> byBytes(const fs::path &path)
{
    using namespace std::string_view_literals;
    constexpr std::size_t kLooked = 4096, kTarMark = 257;
    std::error_code failed;
    if (!fs::is_regular_file(path, failed))  // a pipe would keep us waiting
        return std::nullopt;
    std::array<char, kLooked> bytes{};
    std::ifstream file(path, std::ios::binary);
    file.read(bytes.data(), bytes.size());
    const std::string_view head(bytes.data(), static_cast<std::size_t>(file.gcount()));
    const auto has = [&](std::string_view part) { return head.find(part) != std::string_view::npos; };
    const MediaKind media = mediaKind(std::as_bytes(std::span(head)));
    if (head.starts_with("\xff\xd8\xff") || head.starts_with("\x89PNG") || head.starts_with("GIF8")
        || head.starts_with("BM") || (head.starts_with("RIFF") && head.substr(8, 4) == "WEBP")
        || media == MediaKind::Heic || media == MediaKind::Avif)
        return Named::Picture;
    // Safetensors: eight bytes of a length, and a JSON object. Our models are such files.
    if (head.size() > 8 && head[8] == '{' && head.substr(5, 3) == "\0\0\0"sv)
        return head.substr(8).starts_with("{\"__metadata__\":{\"dank\":") ? Named::Model : Named::Weights;
    const bool isTorch = (head.starts_with("PK\x03\x04") && has("data.pkl"))
                         || head.starts_with("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv)
                         || (head.size() > kTarMark && head.substr(kTarMark, 5) == "ustar" && has("storages"));
    const bool isKeras =
        head.starts_with("\x89HDF\r\n\x1a\n") || (head.starts_with("{") && has("\"format\"") && has("layers-model"));
    return isTorch || isKeras ? std::optional(Named::Weights) : std::nullopt;
}

/// Is a file there that a file: address with this host names? Its own name is what some file managers put there.
bool isThisHost(const QByteArray &host)
{
    const QByteArray own = QSysInfo::machineHostName().toUtf8().toLower(), asked = host.toLower();
    return asked.isEmpty() || asked == "localhost" || asked == own || asked == own.left(own.indexOf('.'));
}

/// The local files of a text/uri-list (RFC 2483). Read here and not by QUrl, for which %XX is UTF-8: a file's name need
/// not be.
QStringList filesIn(const QMimeData &data)
{
    QStringList paths;
    for (QByteArray line : data.data(QStringLiteral("text/uri-list")).split('\n')) {
        line = line.trimmed();
        if (line.left(5).toLower() != "file:")
            continue;
        line = line.mid(5);
        if (line.startsWith("//")) {
            const qsizetype end = std::max<qsizetype>(line.indexOf('/', 2), 2);
            if (!isThisHost(line.mid(2, end - 2)))
                continue;
            line = line.mid(end);
        }
        for (const char mark : {'#', '?'})
            if (const qsizetype at = line.indexOf(mark); at >= 0)
                line.truncate(at);
        const QByteArray path = QByteArray::fromPercentEncoding(line);
        if (path.startsWith('/') && !path.contains('\0'))
            paths << toQString(fs::path(path.toStdString()));
    }
    return paths;
}

/// What a drop of these files is about to do, as far as their names tell.
DropContent byNames(const QStringList &paths)
{
    int counts[5] = {};
    for (const QString &path : paths)
        ++counts[static_cast<int>(namedLike(path))];
    const auto count = [&](Named what) { return counts[static_cast<int>(what)]; };
    const bool one = paths.size() == 1;
    DropContent drop{.kind = DropContent::Kind::Files, .paths = paths};
    if (count(Named::Picture) == paths.size())
        drop.headline = QStringLiteral("Drop %1 to rate")
                            .arg(countOf(paths.size(), QStringLiteral("image"), QStringLiteral("images")));
    else if (one && count(Named::Dataset))
        drop.headline = QStringLiteral("Open this dataset");
    else if (one && count(Named::Model))
        drop.headline = QStringLiteral("Use this model");
    else if (one && count(Named::Weights))
        drop.headline = QStringLiteral("Drop to install weights");
    else
        drop.headline = QStringLiteral("Drop %1").arg(
            countOf(paths.size(), QStringLiteral("file or folder"), QStringLiteral("files and folders")));
    drop.detail = one ? toQString(toPath(paths.first()).filename()) : QString();
    return drop;
}

/// The richest form first: the picture's own bytes rather than what a toolkit made of them.
QString imageFormat(const QMimeData &data)
{
    for (const char *format : {"image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/avif",
                               "image/heic", "image/heif", "image/jpg", "image/x-bmp", "image/x-ms-bmp"})
        if (data.hasFormat(QLatin1String(format)))
            return QLatin1String(format);
    return {};
}

}  // namespace

DropContent lookAtFiles(const QStringList &paths)
{
    QStringList pictures, folders, datasets, models, weights, others;
    for (const QString &path : paths) {
        const fs::path file = toPath(path);
        std::error_code failed;
        if (fs::is_directory(file, failed)) {
            if (const fs::path feed = feedPath(file); fs::exists(feed, failed))
                datasets << toQString(feed);
            else
                folders << path;
            continue;
        }
        const auto seen = paths.size() <= kMostLookedAt ? byBytes(file) : std::nullopt;
        switch (seen.value_or(namedLike(path))) {
        case Named::Dataset: datasets << path; break;
        case Named::Model: models << path; break;
        case Named::Weights: weights << path; break;
        case Named::Picture: pictures << path; break;
        case Named::Other: others << path; break;
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
    if (datasets.size() + models.size() + weights.size() == 1) {
        drop.kind = !weights.isEmpty()    ? DropContent::Kind::Weights
                    : !datasets.isEmpty() ? DropContent::Kind::Dataset
                                          : DropContent::Kind::Model;
        drop.paths = datasets + models + weights;
        drop.headline = !weights.isEmpty()    ? QStringLiteral("Drop to install weights")
                        : !datasets.isEmpty() ? QStringLiteral("Open this dataset")
                                              : QStringLiteral("Use this model");
        drop.detail = toQString(toPath(drop.paths.first()).filename());
        return drop;
    }
    drop.headline = datasets.size() + models.size() + weights.size() > 1
                        ? QString::fromLatin1(kOneAtATime)
                        : QStringLiteral("Nothing here that can be opened");
    drop.detail = QString::fromLatin1(kNothing);
    return drop;
}

DropContent readDrop(const QMimeData &data, bool take)
{
    if (const QStringList paths = filesIn(data); !paths.isEmpty())
        return byNames(paths);
    if (const QString format = imageFormat(data); !format.isEmpty()) {
        DropContent drop;
        drop.kind = DropContent::Kind::ImageBytes;
        drop.headline = QStringLiteral("Drop this picture to rate");
        drop.imageName = QStringLiteral("pasted picture");
        if (data.hasUrls() && !data.urls().isEmpty() && !data.urls().first().fileName().isEmpty())
            drop.imageName = data.urls().first().fileName();
        if (take)
            drop.image = data.data(format);
        if (take && drop.image.isEmpty())
            return {.headline = QStringLiteral("The picture could not be read"),
                    .detail = QStringLiteral("Save it as a file and drop that instead")};
        return drop;
    }
    if (data.hasImage())  // Qt's plugins would decode what our decoders refuse
        return {.headline = QStringLiteral("The picture comes in a form that is not read here"),
                .detail = QStringLiteral("Save it as a JPEG, PNG, WebP, BMP or GIF file and drop that instead")};
    if (data.hasUrls() && !data.urls().isEmpty())
        return {.headline = QStringLiteral("Only an address, not the picture itself"),
                .detail = QStringLiteral("Pictures are never downloaded: save it first, or copy it")};
    return {.headline = QStringLiteral("Nothing here that can be opened"), .detail = QString::fromLatin1(kNothing)};
}

}  // namespace dank::ui
