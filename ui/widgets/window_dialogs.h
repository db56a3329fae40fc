#pragma once

#include <QString>
#include <QStringList>

class QMenuBar;
class QWidget;

namespace dank::ui {

/// File dialogs that remember their folder; empty when cancelled.
QString askForFile(QWidget *parent, const QString &title, const QString &filter);
/// A file of memes of any kind.
QString askForDataset(QWidget *parent);
QString askForDatasetOrModel(QWidget *parent);
QStringList askForPictures(QWidget *parent);
/// Where to save; the name gets the `ending`, such as ".csv", where it has none. Empty when cancelled.
QString askWhereToSave(QWidget *parent, const QString &title, const QString &suggested, const QString &ending);

/// Every action with a shortcut, gathered from the menus, and what the pages add to them.
void showShortcuts(QWidget *parent, const QMenuBar &bar);
void showAbout(QWidget *parent);

}  // namespace dank::ui
