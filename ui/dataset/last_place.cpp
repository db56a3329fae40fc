#include "ui/dataset/last_place.h"

#include <QDir>

#include "ui/lanes/thumbnails.h"
#include "ui/widgets/window_settings.h"

namespace dank::ui {

namespace {

constexpr auto kGroup = "place";

}  // namespace

std::optional<LastPlace> LastPlace::in(const std::filesystem::path &library)
{
    const auto settings = windowSettings();
    settings->beginGroup(QLatin1String(kGroup));
    LastPlace place;
    place.dataset = settings->value(QStringLiteral("dataset")).toString();
    place.memes = settings->value(QStringLiteral("memes")).toLongLong();
    place.search = settings->value(QStringLiteral("search")).toString();
    place.left = settings->value(QStringLiteral("left")).toDateTime();
    const int page = settings->value(QStringLiteral("page")).toInt();
    if (!QDir::isAbsolutePath(place.dataset) || page < 0 || page > static_cast<int>(Page::Rate)
        || settings->value(QStringLiteral("library")).toString() != toQString(library))
        return std::nullopt;
    place.page = static_cast<Page>(page);
    return place;
}

void LastPlace::keep(const std::filesystem::path &library) const
{
    const auto settings = windowSettings();
    settings->beginGroup(QLatin1String(kGroup));
    settings->setValue(QStringLiteral("library"), toQString(library));
    settings->setValue(QStringLiteral("dataset"), dataset);
    settings->setValue(QStringLiteral("memes"), memes);
    settings->setValue(QStringLiteral("page"), static_cast<int>(page));
    settings->setValue(QStringLiteral("search"), search);
    settings->setValue(QStringLiteral("left"), left);
}

void LastPlace::forget()
{
    windowSettings()->remove(QLatin1String(kGroup));
}

}  // namespace dank::ui
