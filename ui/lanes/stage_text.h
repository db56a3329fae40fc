#pragma once

#include <QString>

#include <string_view>

namespace dank::ui {

/// What the run bar calls a step of the engine's jobs, such as "hash" (Progress::stage). Empty for one that its job
/// tells more about itself ("train", "load").
QString stageText(std::string_view stage);

}  // namespace dank::ui
