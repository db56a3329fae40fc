#pragma once

#include <QSettings>

#include <memory>

namespace dank::ui {

/// What the window remembers, in the user's configuration folder (dank-learning/window.ini).
inline std::unique_ptr<QSettings> windowSettings()
{
    return std::make_unique<QSettings>(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("dank-learning"),
                                       QStringLiteral("window"));
}

}  // namespace dank::ui
