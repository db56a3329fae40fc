#pragma once

#include <memory>

#include "core/evaluate/evaluation.h"
#include "ui/memes/meme_wall.h"
#include "ui/session/session.h"
#include "ui/widgets/card.h"

class QPushButton;

namespace dank::ui {

/// The meme that was picked on the chart or a wall.
class MemeDetail : public Card {
    Q_OBJECT
public:
    explicit MemeDetail(Session &session, QWidget *parent = nullptr);
    /// Null clears.
    void setMeme(const JudgedMeme *meme, const std::shared_ptr<const Dataset> &dataset);

signals:
    /// Show the first one of that wall.
    void wanted(dank::ui::WallKind kind);

private:
    void showPicture();
    void why();

    Session &m_session;
    std::filesystem::path m_image;
    QString m_caption;
    QPushButton *m_why;
    QLabel *m_picture;
    TextLabel *m_title, *m_figures, *m_error;
};

}  // namespace dank::ui
