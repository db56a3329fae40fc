#pragma once

#include <QDateTime>
#include <QString>

#include <filesystem>
#include <optional>

#include "ui/session/actions.h"

namespace dank::ui {

/// Where the window was when it was closed, so that the next start can go on there. Kept in windowSettings(), one for
/// all libraries. GUI thread only; looks at no file.
struct LastPlace {
    QString dataset;            ///< the file of memes that was open
    qint64 memes = 0;           ///< of it that could be used
    Page page = Page::Dataset;  ///< that was seen
    QString search;             ///< what the Dataset page looked for
    QDateTime left;

    /// The one that belongs to this library; none where nothing was open, or what is kept makes no sense.
    static std::optional<LastPlace> in(const std::filesystem::path &library);
    void keep(const std::filesystem::path &library) const;
    static void forget();
};

}  // namespace dank::ui
