#pragma once

#include <QString>

#include <functional>
#include <optional>
#include <vector>

#include "core/learn/train_config.h"

class QWidget;

namespace dank::ui {

/// One setting of a training: its field, and the way between the field and a configuration.
struct TrainField {
    QString name;  ///< its label, and its accessible name
    QString help;  ///< one or two sentences for a tooltip
    QWidget *widget = nullptr;
    std::function<void(const TrainConfig &)> show;     ///< configuration to field; tells nobody
    std::function<QString(TrainConfig &)> read;        ///< field to configuration; a whole sentence where it cannot be
    std::function<QString(const TrainConfig &)> text;  ///< the value in words, the same for the same value
    std::function<bool(const TrainConfig &)> applies = {};  ///< means something there; empty: always
};

/// What a user's edit of a field is told to.
using Edited = std::function<void()>;

TrainField switchField(const QString &name, const QString &help, bool TrainConfig::*member, const QString &text,
                       const Edited &edited);
/// The few that are shown at once, after preset, target and groups.
std::vector<TrainField> usualFields(const Edited &edited);

/// The rest of the network's, the learning's and the judging's settings, under their captions.
struct TrainSection {
    QString caption;
    std::vector<TrainField> fields;
};
std::vector<TrainSection> moreSections(const Edited &edited);

/// "512, 256, 128, 32, 8" and other separators to widths; none for "" and "none"; nothing for what is not a list of at
/// most 32 whole numbers from 1 to 65,536.
std::optional<std::vector<int>> parseLayers(const QString &text);

}  // namespace dank::ui
