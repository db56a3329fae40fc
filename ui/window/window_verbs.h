#pragma once

#include <QObject>

#include "ui/session/session.h"
#include "ui/widgets/drop_content.h"

class QWidget;

namespace dank::ui {

/// What the window does by asking a person first, or with what a person hands it: dialogs, drops, the clipboard.
class WindowVerbs : public QObject {
    Q_OBJECT
public:
    WindowVerbs(Session &session, QWidget &window);

    void openAny();
    void openDataset();
    void openModel();
    void rateFiles();
    /// What a drop or a paste does. Files are looked at on a lane first.
    void use(const DropContent &content);
    void paste();
    void confirmDiscard();
    void copyCommand(Page page);

signals:
    void pageRequested(dank::ui::Page page);

private:
    void open(const QString &file, bool model);
    void offerWayBack();

    Session &m_session;
    QWidget &m_window;
    QString m_goBack;  ///< the dataset that a dropped one replaces; empty while none is on its way
};

}  // namespace dank::ui
