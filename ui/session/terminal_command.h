#pragma once

#include <QString>

#include "core/learn/tune_config.h"
#include "ui/lanes/change.h"

namespace dank::ui {

class Session;

/// What the window would do now, as a command for a terminal ("Copy as command"); empty for JobKind::None.
QString commandFor(Session &session, JobKind kind);
QString fineTuneCommand(Session &session, std::int64_t run, const TuneConfig &tuning);
QString reproduceCommand(Session &session, bool seededTargets, int epochs, int seeds);

}  // namespace dank::ui
