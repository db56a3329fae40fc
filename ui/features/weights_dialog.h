#pragma once

#include "ui/session/session.h"
#include "ui/widgets/fitted_dialog.h"

class QPlainTextEdit;
class QPushButton;

namespace dank::ui {

class TextLabel;

/// What can be downloaded for a backbone, before anything is: name, size, licence, source, address, hash, and where it
/// goes. Starts the download, or hands over to a file of the user's own.
class WeightsDialog : public FittedDialog {
    Q_OBJECT
public:
    /// `status`: of a network with at least one offer.
    WeightsDialog(Session &session, const BackboneStatus &status, QWidget *parent = nullptr);

    QPushButton *downloadButton() { return m_download; }

signals:
    void fileWanted();

private:
    void show(std::size_t offer);
    void fetch();

    Session &m_session;
    std::vector<WeightsEntry> m_offers;
    std::size_t m_shown = 0;
    TextLabel *m_file, *m_size, *m_source, *m_licence, *m_caution;
    QPlainTextEdit *m_address, *m_hash;
    QPushButton *m_download;
};

}  // namespace dank::ui
