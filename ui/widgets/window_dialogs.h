#pragma once

#include <QString>
#include <QStringList>

class QMenuBar;
class QWidget;

namespace dank::ui {

/// File dialogs that remember their folder; empty when cancelled.
QString askForFile(QWidget *parent, const QString &title, const QString &filter);
QStringList askForPictures(QWidget *parent);

/// Every action with a shortcut, gathered from the menus, and what the pages add to them.
void showShortcuts(QWidget *parent, const QMenuBar &bar);
void showAbout(QWidget *parent);

}  // namespace dank::ui
