#include "ui/widgets/remembered_feeds.h"

#include <QCryptographicHash>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "ui/widgets/file_names.h"
#include "ui/widgets/window_settings.h"

namespace dank::ui {

namespace {

constexpr int kMostKept = 200;
constexpr qsizetype kMostCharacters = 20'000;  // of what is kept for one
constexpr auto kColumns = "feedColumns";
constexpr auto kPictures = "feedPictures";

/// What is kept under a key: a number that grows with each, then the texts.
QStringList kept(const char *group, const QString &key)
{
    const auto settings = windowSettings();
    settings->beginGroup(QLatin1String(group));
    QStringList texts = settings->value(key).toStringList();
    bool isNumber = false;
    if (!texts.isEmpty())
        texts.first().toLongLong(&isNumber);
    return isNumber ? texts : QStringList();
}

void keep(const char *group, const QString &key, const QStringList &texts)
{
    const auto settings = windowSettings();
    settings->beginGroup(QLatin1String(group));
    std::vector<std::pair<qlonglong, QString>> others;
    for (const QString &other : settings->childKeys())
        if (other != key)
            others.emplace_back(settings->value(other).toStringList().value(0).toLongLong(), other);
    std::sort(others.begin(), others.end());
    const qlonglong last = others.empty() ? 0 : others.back().first;
    for (std::size_t i = 0; i + kMostKept <= others.size(); ++i)
        settings->remove(others[i].second);
    settings->setValue(key, QStringList{QString::number(last + 1)} + texts);
}

QString keyOf(const std::filesystem::path &file)
{
    const QByteArray path = QByteArray::fromStdString(file.native());
    return QString::fromLatin1(QCryptographicHash::hash(path, QCryptographicHash::Sha256).toHex().left(32));
}

}  // namespace

std::optional<FeedMapping> rememberedColumns(const std::string &shape)
{
    QStringList texts = kept(kColumns, QString::fromStdString(shape));
    if (texts.isEmpty())
        return std::nullopt;
    texts.removeFirst();
    std::vector<std::string> map;
    for (const QString &text : texts)
        map.push_back(text.toStdString());
    try {
        return parseFeedMapping(map);
    } catch (const Error &) {
        return std::nullopt;  // of another version, or changed by hand
    }
}

bool rememberColumns(const std::string &shape, const FeedMapping &map)
{
    QStringList texts;
    qsizetype characters = 0;
    for (std::size_t f = 0; f < kFeedFields; ++f)
        if (const std::string &column = map.columns[f]; !column.empty()) {
            texts << QLatin1String(feedFieldName(static_cast<FeedField>(f))) + u'=' + QString::fromStdString(column);
            characters += texts.last().size();
        }
    if (characters > kMostCharacters)
        return false;
    keep(kColumns, QString::fromStdString(shape), texts);
    return true;
}

std::filesystem::path rememberedPictures(const std::filesystem::path &file)
{
    const std::filesystem::path images = toPath(kept(kPictures, keyOf(file)).value(1));
    std::error_code failed;
    return !images.empty() && std::filesystem::is_directory(images, failed) ? images : std::filesystem::path();
}

void rememberPictures(const std::filesystem::path &file, const std::filesystem::path &images)
{
    if (images.empty() && kept(kPictures, keyOf(file)).isEmpty())
        return;
    keep(kPictures, keyOf(file), images.empty() ? QStringList() : QStringList(toQString(images)));
}

}  // namespace dank::ui
