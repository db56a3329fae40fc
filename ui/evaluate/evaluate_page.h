#pragma once

#include "ui/session/session.h"

class QWidget;

namespace dank::ui {

/// The Evaluate page: shows what the Session has and calls it; knows no other page.
QWidget *makeEvaluatePage(Session &session, QWidget *parent = nullptr);

}  // namespace dank::ui
