#pragma once

#include "ui/fetch/picture_fetch.h"
#include "ui/session/session.h"
#include "ui/widgets/fitted_dialog.h"

class QProgressBar;
class QPushButton;
class QTableWidget;

namespace dank::ui {

class TextLabel;

/// "Fetch missing pictures": how many of the open dataset's are missing and from which hosts they would come; they are
/// downloaded once the user says so. When some came, the dataset is opened anew.
class FetchDialog : public FittedDialog {
    Q_OBJECT
public:
    explicit FetchDialog(Session &session, QWidget *parent = nullptr);

    void done(int result) override;

private:
    void fetchOrStop();
    void showState();
    void showRows(const QStringList &columns, const std::vector<std::pair<QString, QString>> &rows);
    void showHosts();
    void showMissed();
    void fillTable();

    Session &m_session;
    const std::shared_ptr<const Dataset> m_dataset;
    PictureFetch m_fetch;
    const void *m_listed = nullptr;  ///< what the table is filled from
    TextLabel *m_status, *m_folder, *m_rest;
    QTableWidget *m_rows;
    QProgressBar *m_bar;
    QPushButton *m_go, *m_close;
};

}  // namespace dank::ui
