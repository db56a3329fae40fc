#pragma once

#include "ui/session/session.h"

class QWidget;

namespace dank::ui {

/// The Dataset page: shows what the Session has and calls it; knows no other page.
QWidget *makeDatasetPage(Session &session, QWidget *parent = nullptr);

}  // namespace dank::ui
