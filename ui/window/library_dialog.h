#pragma once

#include "ui/session/library_keeper.h"
#include "ui/session/session.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fitted_dialog.h"

class QProgressBar;
class QPushButton;
class QTableWidget;

namespace dank::ui {

/// How much the library stores, of what, the least used first; frees what can be computed again. Closing it stops what
/// is going on.
class LibraryDialog : public FittedDialog {
    Q_OBJECT
public:
    explicit LibraryDialog(Session &session, QWidget *parent = nullptr);

    LibraryKeeper &keeper() { return m_keeper; }
    QTableWidget *table() { return m_table; }
    QPushButton *freeButton() { return m_free; }
    QPushButton *compactButton() { return m_compact; }
    QString status() const { return m_status->text(); }

private:
    void showItems();
    void showState();
    void askAndFree();
    std::vector<StoredItem> chosen() const;

    Session &m_session;
    LibraryKeeper m_keeper;
    TextLabel *m_status;
    QTableWidget *m_table;
    QProgressBar *m_bar;
    QPushButton *m_free, *m_compact, *m_stop;
};

}  // namespace dank::ui
