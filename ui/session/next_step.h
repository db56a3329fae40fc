#pragma once

#include <QString>

#include <functional>

#include "ui/session/session.h"

namespace dank::ui {

/// The one large button: what to do next.
struct NextStep {
    QString text;  ///< empty: no button, the page itself offers the step
    QString icon;
    Page page = Page::Dataset;  ///< where it is watched
    bool enabled = true;
    QString why;                     ///< tooltip
    bool pickFiles = false;          ///< asks for pictures to rate
    std::function<void()> run = {};  ///< may be empty: only the page is shown
};

NextStep nextStep(Session &session);

/// Whether the requested backbone can start: its weights are there, it needs none, or seeded random ones were
/// chosen.
bool weightsReady(Session &session);

}  // namespace dank::ui
