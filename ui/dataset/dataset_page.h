#pragma once

#include <functional>

#include "ui/session/session.h"

class QWidget;

namespace dank::ui {

/// The Dataset page: shows what the Session has and calls it. While nothing is open it offers the LastPlace; `goTo` is
/// called where that was on another page.
QWidget *makeDatasetPage(Session &session, std::function<void(Page)> goTo, QWidget *parent = nullptr);
/// What it looks for among the memes.
QString searchedOn(const QWidget &datasetPage);

}  // namespace dank::ui
